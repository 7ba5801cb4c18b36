import net from "node:net";
import { type Logger, messageOf, WriteQueue } from "../base/mod.ts";
import { FrameSplitter } from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { peerCredentials, sendNow } from "./socket-ffi.ts";
import type { ClientConnection, ClientConnectionHandler, ClientListener } from "./types.ts";

const BACKLOG = 100;
/** A client that lets this much pile up is gone for all that matters (`wire.md` 2.4 bounds frames). */
const MAX_QUEUED_BYTES = 1024 * 1024 * 1024;

/** How a {@link UnixListener} is set up. */
export interface UnixListenerOptions {
  readonly path: string;
  /** Set owner and mode 0700; left out in test mode. */
  readonly changeOwner: boolean;
  readonly log: Logger;
}

/** The client socket of `wire.md` 2.4: made early, accepted from when the node is ready. */
export class UnixListener implements ClientListener {
  readonly #server: net.Server;
  readonly #log: Logger;
  readonly #connections = new Set<UnixClient>();
  #waiting: net.Socket[] = [];
  #handler: ((connection: ClientConnection) => ClientConnectionHandler) | undefined;

  private constructor(server: net.Server, log: Logger) {
    this.#server = server;
    this.#log = log;
    server.on("connection", (socket) => this.#connected(socket));
  }

  /**
   * Makes the socket, in place of a stale one.
   *
   * @throws {TransportError} the path cannot be bound
   */
  static async bind(options: UnixListenerOptions): Promise<UnixListener> {
    const { path, log } = options;
    if (await removeStale(path)) log.warning(`Removed stale socket ${path}`);
    // Paused: bytes of clients that come before accept() wait in the kernel.
    const server = net.createServer({ pauseOnConnect: true });
    const listener = new UnixListener(server, log);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ path, backlog: BACKLOG }, () => resolve());
      });
      Deno.chmodSync(path, 0o700);
      if (options.changeOwner) Deno.chownSync(path, Deno.uid(), Deno.gid());
    } catch (error) {
      throw new TransportError(`Bind the client socket: ${path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    server.on("error", (error) => log.error(`Client socket ${path}: ${messageOf(error)}`));
    return listener;
  }

  accept(handler: (connection: ClientConnection) => ClientConnectionHandler): void {
    this.#handler = handler;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const socket of waiting) this.#connected(socket);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    for (const connection of this.#connections) connection.close("daemon shuts down");
  }

  #connected(socket: net.Socket): void {
    if (this.#handler === undefined) {
      socket.on("error", () => socket.destroy());
      this.#waiting.push(socket);
      return;
    }
    const fd = descriptorOf(socket);
    const peer = fd === undefined ? undefined : peerCredentials(fd);
    if (fd === undefined || peer === undefined) {
      this.#log.error("Refused a client: the kernel does not tell who it is");
      socket.destroy();
      return;
    }
    const client = new UnixClient(socket, fd, peer.pid, peer.uid, () => {
      this.#connections.delete(client);
    });
    this.#connections.add(client);
    client.start(this.#handler(client));
  }
}

class UnixClient implements ClientConnection {
  readonly pid: number;
  readonly uid: number;
  readonly #socket: net.Socket;
  readonly #fd: number;
  readonly #queue: WriteQueue;
  readonly #gone: () => void;
  #handler: ClientConnectionHandler | undefined;
  #framesBehind = 0;
  #open = true;

  constructor(socket: net.Socket, fd: number, pid: number, uid: number, gone: () => void) {
    this.#socket = socket;
    this.#fd = fd;
    this.pid = pid;
    this.uid = uid;
    this.#gone = gone;
    this.#queue = new WriteQueue((bytes) => this.#write(bytes));
  }

  start(handler: ClientConnectionHandler): void {
    this.#handler = handler;
    const splitter = new FrameSplitter();
    this.#socket.on("data", (bytes: Uint8Array) => {
      try {
        splitter.push(bytes, (frame) => {
          if (this.#open) handler.frame(frame);
          else splitter.close();
        });
      } catch (error) {
        this.close(messageOf(error));
      }
    });
    this.#socket.on("error", (error) => this.close(messageOf(error)));
    this.#socket.on("end", () => this.close("closed by the client"));
    this.#socket.on("close", () => this.close("closed by the client"));
    this.#socket.resume();
  }

  get queuedFrames(): number {
    return this.#socket.writableLength > 0 ? this.#framesBehind : this.#queue.length;
  }

  send(frame: Uint8Array): void {
    if (!this.#open) return;
    if (this.#socket.writableLength > 0) this.#framesBehind++;
    else this.#framesBehind = 0;
    this.#queue.push(frame);
  }

  close(reason: string): void {
    if (!this.#open) return;
    this.#queue.flush();
    this.#open = false;
    this.#socket.destroySoon();
    this.#gone();
    queueMicrotask(() => this.#handler?.closed(reason));
  }

  #write(bytes: Uint8Array): void {
    if (!this.#open) return;
    if (this.#socket.writableLength === 0) {
      const sent = sendNow(this.#fd, bytes as Uint8Array<ArrayBuffer>);
      if (sent === bytes.length) return;
      if (sent > 0) bytes = bytes.subarray(sent);
    }
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) this.close("does not read its replies");
  }
}

/** The socket's descriptor, which Deno's `node:net` shows on its handle. */
function descriptorOf(socket: net.Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null
    ? Reflect.get(handle, "fd")
    : undefined;
  return typeof fd === "number" && fd >= 0 ? fd : undefined;
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
