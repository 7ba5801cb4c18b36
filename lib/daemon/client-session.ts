import { CopyArena } from "../base/mod.ts";
import { MAX_CLIENT_MESSAGE_BYTES } from "../limits/mod.ts";
import type { RecordsClient } from "../records/mod.ts";
import type { ClientConnection } from "../transport/mod.ts";
import { frameLength, type Packet, type PlacedMessage, writeFrame } from "../wire/mod.ts";
import type { MessageTarget } from "./srvid-registry.ts";

/** Registered for the moment when a client goes away (`records.md` 15.4). */
export interface ClientNotification {
  readonly srvid: bigint;
  readonly data: Uint8Array;
}

/** What a session needs from the sessions' owner. */
interface Ports {
  /** MaxQueueDropMsg now. */
  readonly maxQueuedMessages: () => number;
  readonly countSent: () => void;
  /** A client is cut off because of what it did not read. */
  readonly overflowed: (pid: number, reason: string) => void;
}

/** Frames of messages that wait for somebody: the transport puts its own copy where it keeps them. */
const frames = new CopyArena();

/** What a session is known by. */
export type SessionIdentity = Pick<ClientSession, "id" | "serial" | "since_ms">;

/** One connection of a local client and all that belongs to it. */
export class ClientSession implements RecordsClient, MessageTarget {
  readonly id: number;
  /** Counts connections; ids come again. */
  readonly serial: number;
  /** When it connected, in ms since the epoch: for people. */
  readonly since_ms: number;
  readonly connection: ClientConnection;
  /** Databases that it has attached; only administrators are told. */
  readonly databases = new Set<number>();
  /** Srvids with one entry per registration. */
  readonly srvids: bigint[] = [];
  readonly notifications = new Map<bigint, ClientNotification>();
  readonly tunnels = new Set<bigint>();
  /** Controls on their way to other nodes, to be forgotten when the client goes. */
  readonly controls = new Set<{ cancel(): void }>();
  readonly #ports: Ports;

  constructor(id: SessionIdentity, connection: ClientConnection, ports: Ports) {
    this.id = id.id;
    this.serial = id.serial;
    this.since_ms = id.since_ms;
    this.connection = connection;
    this.#ports = ports;
  }

  get pid(): number {
    return this.connection.pid;
  }

  get queuedFrames(): number {
    return this.connection.queuedFrames;
  }

  /** Queues a reply: replies are never dropped. */
  send(packet: Packet): void {
    this.#ports.countSent();
    this.connection.send(packet);
  }

  attached(dbId: number): void {
    this.databases.add(dbId);
  }

  close(reason: string): void {
    this.connection.close(reason);
  }

  /** Queues a message, unless the client has stopped reading. */
  deliver(message: PlacedMessage): void {
    const { queuedFrames, queuedBytes } = this.connection;
    if (queuedFrames > this.#ports.maxQueuedMessages() || queuedBytes > MAX_CLIENT_MESSAGE_BYTES) {
      const reason = `does not read its messages: ${queuedFrames} of ${queuedBytes} bytes wait`;
      this.#ports.overflowed(this.pid, reason);
      this.connection.close(reason);
      return;
    }
    if (!this.connection.isBehind) return this.send(message);
    this.#ports.countSent();
    this.connection.share(message.kept ??= frameOf(message));
  }
}

function frameOf(message: PlacedMessage): Uint8Array<ArrayBuffer> {
  const length = frameLength(message);
  const frame = frames.room(length);
  writeFrame(message, frame, 0, length);
  return frame;
}
