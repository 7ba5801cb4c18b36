import { encodePacket, type Packet } from "../../../lib/wire/mod.ts";
import { poison } from "./poison.ts";
import type { Clock } from "../../../lib/base/mod.ts";
import type {
  ClientConnection,
  ClientConnectionHandler,
  ClientListener,
} from "../../../lib/transport/mod.ts";
import { DelayLine } from "./delay-line.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** What a client gets from its connection. */
export interface ClientEnd {
  frame(frame: Uint8Array): void;
  /** The daemon, or the connection to it, has gone. Comes at most once. */
  closed(): void;
}

/** The daemon's socket on one simulated machine. */
export class SimulatedSocket implements ClientListener {
  readonly #time: Clock;
  readonly #daemon: SimulatedProcess;
  readonly #latency_ms: () => number;
  readonly #connections = new Set<SocketConnection>();
  #accept: ((connection: ClientConnection) => ClientConnectionHandler) | undefined;

  constructor(time: Clock, daemon: SimulatedProcess, latency_ms: () => number) {
    this.#time = time;
    this.#daemon = daemon;
    this.#latency_ms = latency_ms;
    daemon.atEnd(() => this.close());
  }

  /** Whether somebody accepts. */
  get open(): boolean {
    return this.#accept !== undefined;
  }

  accept(handler: (connection: ClientConnection) => ClientConnectionHandler): void {
    this.#accept = handler;
  }

  close(): void {
    this.#accept = undefined;
    for (const connection of this.#connections) connection.close("");
  }

  /** A client connects; `undefined` when nobody listens. */
  connect(client: SimulatedProcess, end: ClientEnd): SocketConnection | undefined {
    if (this.#accept === undefined) return undefined;
    const lines = {
      toDaemon: new DelayLine(this.#time, this.#latency_ms),
      toClient: new DelayLine(this.#time, this.#latency_ms),
    };
    const connection = new SocketConnection(this.#daemon, client, lines, end, () => {
      this.#connections.delete(connection);
    });
    this.#connections.add(connection);
    client.atEnd(() => connection.hangUp());
    lines.toDaemon.push(() =>
      this.#daemon.run(() => {
        if (this.#accept === undefined) return connection.close("nobody accepts");
        connection.handler = this.#accept(connection);
      })
    );
    return connection;
  }
}

/** Both ends of a client's connection. */
export class SocketConnection implements ClientConnection {
  readonly #daemon: SimulatedProcess;
  readonly #client: SimulatedProcess;
  readonly #lines: { readonly toDaemon: DelayLine; readonly toClient: DelayLine };
  readonly #end: ClientEnd;
  readonly #forget: () => void;
  handler: ClientConnectionHandler | undefined;
  #clientOpen = true;
  #daemonOpen = true;
  #reported = false;
  #queued = 0;

  constructor(
    daemon: SimulatedProcess,
    client: SimulatedProcess,
    lines: { readonly toDaemon: DelayLine; readonly toClient: DelayLine },
    end: ClientEnd,
    forget: () => void,
  ) {
    this.#daemon = daemon;
    this.#client = client;
    this.#lines = lines;
    this.#end = end;
    this.#forget = forget;
  }

  get pid(): number {
    return this.#client.pid;
  }

  get uid(): number {
    return 0;
  }

  get queuedFrames(): number {
    return this.#queued;
  }

  get queuedBytes(): number {
    return 0;
  }

  get isBehind(): boolean {
    return this.#queued > 0;
  }

  /** Daemon to client. */
  send(packet: Packet): void {
    this.share(encodePacket(packet));
  }

  share(frame: Uint8Array): void {
    if (!this.#daemonOpen || !this.#clientOpen) return;
    const copy = frame.slice();
    this.#queued++;
    this.#lines.toClient.push(() => {
      this.#queued--;
      this.#client.run(() => {
        if (this.#clientOpen) this.#end.frame(copy);
      });
    });
  }

  /** The daemon ends the connection. */
  close(_reason: string): void {
    if (!this.#daemonOpen) return;
    this.#daemonOpen = false;
    this.#forget();
    this.#lines.toClient.push(() =>
      this.#client.run(() => {
        if (!this.#clientOpen) return;
        this.#clientOpen = false;
        this.#end.closed();
      })
    );
    this.#lines.toDaemon.push(() => this.#report("closed by the daemon"));
  }

  /** Client to daemon. */
  write(frame: Uint8Array): void {
    if (!this.#clientOpen) return;
    const copy = frame.slice();
    this.#lines.toDaemon.push(() =>
      this.#daemon.run(() => {
        if (this.#daemonOpen) this.handler?.frame(copy);
        poison(copy);
      })
    );
  }

  /** The client ends the connection, or is dead. */
  hangUp(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    this.#lines.toDaemon.push(() => {
      this.#daemonOpen = false;
      this.#forget();
      this.#report("closed by the client");
    });
  }

  #report(reason: string): void {
    this.#daemon.run(() => {
      if (this.#reported) return;
      this.#reported = true;
      this.handler?.closed(reason);
    });
  }
}
