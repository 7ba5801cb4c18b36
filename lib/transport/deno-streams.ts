import net from "node:net";
import { type Cancellable, messageOf, WriteQueue } from "../base/mod.ts";
import { TCP_BACKLOG_CONNECTIONS, UNIX_BACKLOG_CONNECTIONS } from "../limits/mod.ts";
import { encodePacket, type Packet, parseSocketAddress, unmapIpv4 } from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { peerCredentials, sendNow } from "./socket-ffi.ts";
import { StuckListener } from "./stuck-listener.ts";
import type {
  AcceptHandler,
  ConnectEvents,
  Stream,
  StreamHandler,
  StreamListener,
  Streams,
  TcpPeer,
  UnixPeer,
} from "./streams.ts";

/** Streams on Deno's event loop, for where the native loop cannot run. */
export class DenoStreams implements Streams {
  async listenTcp(address: string, port: number): Promise<StreamListener<TcpPeer>> {
    return await listen({ host: address, port, backlog: TCP_BACKLOG_CONNECTIONS }, (socket) => ({
      address: unmapIpv4(parseSocketAddress(socket.remoteAddress ?? "")).address,
      port: socket.remotePort ?? 0,
    }));
  }

  async listenUnix(path: string): Promise<StreamListener<UnixPeer>> {
    const listener = await listen({ path, backlog: UNIX_BACKLOG_CONNECTIONS }, (socket) => {
      const fd = descriptorOf(socket);
      return fd === undefined ? undefined : peerCredentials(fd);
    });
    Deno.chmodSync(path, 0o700);
    return listener;
  }

  connectTcp(
    from: string,
    address: string,
    port: number,
    events: ConnectEvents,
  ): Cancellable {
    const socket = net.connect({
      host: address,
      port,
      localAddress: from,
      noDelay: true,
      keepAlive: true,
    });
    let pending = true;
    const fail = (reason: string) => {
      if (!pending) return;
      pending = false;
      socket.destroy();
      events.failed(reason);
    };
    socket.on("error", (error) => fail(messageOf(error)));
    socket.on("close", () => fail("connection closed"));
    socket.on("connect", () => {
      if (!pending) return;
      pending = false;
      events.connected(new SocketStream(socket));
    });
    return {
      cancel() {
        pending = false;
        socket.destroy();
      },
    };
  }
}

/** Binds and listens; `peerOf` says who a socket's other end is, `undefined` when nobody can tell. */
async function listen<Peer>(
  options: net.ListenOptions,
  peerOf: (socket: net.Socket) => Peer | undefined,
): Promise<StreamListener<Peer>> {
  // Paused: bytes of those who come before accept() wait in the kernel.
  const server = net.createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true });
  const doorman = new Doorman(peerOf);
  server.on("connection", (socket) => doorman.take(socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      const { code } = error as { code?: string };
      const taken = "another daemon or program has it already";
      reject(new TransportError(code === "EADDRINUSE" ? taken : messageOf(error)));
    });
    server.listen(options, () => resolve());
  });
  server.on("error", (error) => doorman.handler?.exhausted(messageOf(error)));
  return {
    accept: (handler) => doorman.open(handler, copyOfDescriptor(server)),
    close() {
      doorman.close();
      server.close();
    },
  };
}

/** Lets connections in: those that Deno takes, and those that it forgets. */
class Doorman<Peer> {
  readonly #peerOf: (socket: net.Socket) => Peer | undefined;
  readonly #waiting = new Set<net.Socket>();
  #stuck: StuckListener | undefined;
  #isFull = false;
  handler: AcceptHandler<Peer> | undefined;

  constructor(peerOf: (socket: net.Socket) => Peer | undefined) {
    this.#peerOf = peerOf;
  }

  /** @param fd a copy of the listening socket, which is ours */
  open(handler: AcceptHandler<Peer>, fd: number | undefined): void {
    this.handler = handler;
    for (const socket of this.#waiting) this.#admit(socket);
    this.#waiting.clear();
    if (fd === undefined) return;
    this.#stuck = new StuckListener(fd, {
      full: () => handler.full(),
      connected: (accepted) => this.#admit(socketOf(accepted)),
      exhausted: (reason) => handler.exhausted(reason),
    });
  }

  /** One that Deno took. */
  take(socket: net.Socket): void {
    this.#stuck?.taken();
    if (this.handler !== undefined) return this.#admit(socket);
    this.#waiting.add(socket);
    socket.on("error", () => socket.destroy());
  }

  close(): void {
    this.#stuck?.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  #admit(socket: net.Socket): void {
    const { handler } = this;
    const full = handler?.full();
    if (full !== undefined) {
      if (!this.#isFull) handler?.exhausted(full);
      this.#isFull = true;
      return void socket.destroy();
    }
    this.#isFull = false;
    const peer = this.#peerOf(socket);
    if (peer === undefined) socket.destroy();
    else handler?.connected(new SocketStream(socket), peer);
  }
}

/** The socket of a descriptor that Deno has not accepted itself; paused, as its own are. */
function socketOf(fd: number): net.Socket {
  const options: net.SocketConstructorOpts = { fd, readable: true, writable: true };
  const socket = new net.Socket(options);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
}

/** A `node:net` socket as a stream. Most of what a packet costs there is gone round: see `#write`. */
class SocketStream implements Stream {
  readonly #socket: net.Socket;
  readonly #fd: number | undefined;
  readonly #queue = new WriteQueue((bytes) => this.#write(bytes));
  #framesBehind = 0;
  #written = 0;
  #open = true;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#fd = descriptorOf(socket);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get queuedFrames(): number {
    return this.#framesBehind + this.#queue.length;
  }

  get sentBytes(): number {
    return this.#written - this.#socket.writableLength;
  }

  start(handler: StreamHandler): void {
    const ended = (reason: string) => {
      if (!this.#open) return;
      this.close();
      handler.ended(reason);
    };
    this.#socket.on("data", (bytes: Uint8Array) => {
      if (this.#open) handler.data(bytes, bytes.byteLength);
    });
    this.#socket.on("error", (error) => ended(messageOf(error)));
    this.#socket.on("end", () => ended("closed by the peer"));
    this.#socket.on("close", () => ended("closed by the peer"));
    this.#socket.resume();
  }

  get isBlocked(): boolean {
    return this.#socket.writableLength > 0;
  }

  sendPacket(packet: Packet): void {
    if (this.#open) this.#queue.push(encodePacket(packet));
  }

  /** What waits lies in the socket's own queue already, which has one end. */
  sendUrgent(packet: Packet): void {
    this.sendPacket(packet);
  }

  send(frame: Uint8Array): void {
    if (this.#open) this.#queue.push(frame.slice());
  }

  sendShared(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#open) this.#queue.push(frame);
  }

  close(): void {
    if (!this.#open) return;
    this.#queue.flush();
    this.#open = false;
    this.#socket.destroySoon();
  }

  /** Writes past the socket's streams while nothing is queued in them. */
  #write(bytes: Uint8Array): void {
    if (!this.#open || this.#socket.destroyed) return;
    this.#written += bytes.length;
    let rest = bytes as Uint8Array<ArrayBuffer>;
    if (this.#fd !== undefined && this.#socket.writableLength === 0) {
      rest = rest.subarray(Math.max(0, sendNow(this.#fd, rest)));
    }
    if (rest.length === 0) return;
    this.#framesBehind++;
    this.#socket.write(rest, () => void this.#framesBehind--);
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

/** A copy of a listener's descriptor, as Deno makes it for child processes; the caller's to close. */
function copyOfDescriptor(server: net.Server): number | undefined {
  const handle: unknown = Reflect.get(server, "_handle");
  if (typeof handle !== "object" || handle === null) return undefined;
  const copy: unknown = Reflect.get(handle, "fdForIpc");
  const fd: unknown = typeof copy === "function" ? Reflect.apply(copy, handle, []) : undefined;
  return typeof fd === "number" && fd >= 0 ? fd : undefined;
}
