import { type Logger, messageOf } from "../base/mod.ts";
import { MAX_CLIENT_QUEUE_BYTES } from "../limits/mod.ts";
import type { Packet } from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Stream, StreamListener, Streams, UnixPeer } from "./streams.ts";
import {
  CLIENT_OVERRUN,
  type ClientConnection,
  type ClientConnectionHandler,
  type ClientListener,
} from "./types.ts";

/** How a {@link ClientSocket} is set up. */
export interface ClientSocketOptions {
  readonly path: string;
  /** Set owner and mode 0700; left out in test mode. */
  readonly changeOwner: boolean;
  readonly streams: Streams;
  /** Connections at the same time; others wait in the kernel until some have gone. */
  readonly maxClients: number;
  /** Runs a callback in a later turn. */
  readonly defer: (callback: () => void) => void;
  readonly log: Logger;
}

/** The client socket of `wire.md` 2.4: made early, accepted from when the node is ready. */
export class ClientSocket implements ClientListener {
  readonly #options: ClientSocketOptions;
  readonly #listener: StreamListener<UnixPeer>;
  readonly #clients = new Set<Client>();
  #closed = false;

  private constructor(options: ClientSocketOptions, listener: StreamListener<UnixPeer>) {
    this.#options = options;
    this.#listener = listener;
  }

  /**
   * Makes the socket, in place of a stale one. Rejects with a {@link TransportError} when the path
   * cannot be bound.
   */
  static async bind(options: ClientSocketOptions): Promise<ClientSocket> {
    const { path, log, streams } = options;
    if (await removeStale(path)) log.warning(`Removed stale socket ${path}`);
    try {
      const listener = await streams.listenUnix(path);
      if (options.changeOwner) await Deno.chown(path, Deno.uid(), Deno.gid());
      return new ClientSocket(options, listener);
    } catch (error) {
      throw new TransportError(`Bind the client socket: ${path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  accept(handler: (connection: ClientConnection) => ClientConnectionHandler): void {
    const { log, path, defer } = this.#options;
    this.#listener.accept({
      connected: (stream, peer) => {
        const client: Client = new Client(stream, peer, defer, () => this.#clients.delete(client));
        this.#clients.add(client);
        client.start(handler(client));
      },
      full: () => this.#full(),
      exhausted: (reason) =>
        log.error(`Accept a client on ${path}: ${reason}: clients wait until it has ended`),
    });
  }

  #full(): string | undefined {
    if (this.#clients.size < this.#options.maxClients) return undefined;
    return `${this.#clients.size} clients are connected, and the rest of the limit on open files ` +
      `is kept for links to nodes and recovery; raise it`;
  }

  /** Nobody can connect any more, the socket's file is gone, and all clients are. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    removeQuietly(this.#options.path);
    for (const client of [...this.#clients]) client.close("daemon shuts down");
  }
}

class Client implements ClientConnection {
  readonly pid: number;
  readonly uid: number;
  readonly #stream: Stream;
  readonly #defer: (callback: () => void) => void;
  readonly #gone: () => void;
  #handler: ClientConnectionHandler | undefined;
  #open = true;

  constructor(
    stream: Stream,
    peer: UnixPeer,
    defer: (callback: () => void) => void,
    gone: () => void,
  ) {
    this.#stream = stream;
    this.pid = peer.pid;
    this.uid = peer.uid;
    this.#defer = defer;
    this.#gone = gone;
  }

  start(handler: ClientConnectionHandler): void {
    this.#handler = handler;
    const reader = new FrameReader((frame) => {
      handler.frame(frame);
      if (!this.#open) reader.close();
    });
    this.#stream.start({
      data: (slab, end) => {
        if (!this.#open) return;
        try {
          reader.push(slab, end);
        } catch (error) {
          this.close(messageOf(error));
        }
      },
      ended: () => this.close("closed by the client"),
    });
  }

  get queuedBytes(): number {
    return this.#stream.queuedBytes;
  }

  get queuedFrames(): number {
    return this.#stream.queuedFrames;
  }

  get isBehind(): boolean {
    return this.#stream.isBlocked;
  }

  send(packet: Packet): void {
    if (!this.#open) return;
    this.#stream.sendPacket(packet);
    this.#bound();
  }

  share(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.#open) return;
    this.#stream.sendShared(frame);
    this.#bound();
  }

  #bound(): void {
    const { queuedBytes } = this.#stream;
    if (queuedBytes > MAX_CLIENT_QUEUE_BYTES) {
      this.close(`${CLIENT_OVERRUN}: ${queuedBytes} bytes wait`);
    }
  }

  close(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.close();
    this.#gone();
    this.#defer(() => this.#handler?.closed(reason));
  }
}

/** Deno's own listeners do it themselves. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone.
  }
}

async function removeStale(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new TransportError(`Remove stale socket: ${path}: ${messageOf(error)}`, { cause: error });
  }
}
