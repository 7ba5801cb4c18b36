import net from "node:net";
import {
  type Clock,
  type Logger,
  messageOf,
  ReadArena,
  type Timer,
  WriteQueue,
} from "../base/mod.ts";
import {
  CTDB_PORT,
  FrameSplitter,
  parseSocketAddress,
  readHeader,
  unmapIpv4,
} from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { sendNow, tcpDescriptor } from "./socket-ffi.ts";
import type { NodeTransport, TransportHandler, TransportPeer } from "./types.ts";

/** A connect attempt is given up, and a failed one repeated, after this (`cluster.md` 4.3). */
const CONNECT_RETRY_MS = 1000;
/** What one peer may have queued before its link counts as dead: a hung peer must not eat memory. */
const MAX_QUEUED_BYTES = 512 * 1024 * 1024;

/** How a {@link TcpMesh} is set up. */
export interface TcpMeshOptions {
  /** The own address of the nodes file: listened on, and bound to before connecting. */
  readonly address: string;
  /** TCP port of all nodes; 4379 unless a test says otherwise. */
  readonly port?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One peer: the connection that we opened, only written; the one that it opened, only read. */
interface Link {
  readonly peer: TransportPeer;
  outgoing: net.Socket | undefined;
  outgoingUp: boolean;
  /** Of `outgoing`, for as long as that is not destroyed. */
  descriptor: number | undefined;
  readonly queue: WriteQueue;
  incoming: Deno.TcpConn | undefined;
  retry: Timer | undefined;
  /** `linkUp` was reported and no `linkDown` since. */
  up: boolean;
  removed: boolean;
}

/**
 * The TCP mesh of `cluster.md` section 4: two one-way connections per pair of nodes, no handshake,
 * the peer known by its source address.
 */
export class TcpMesh implements NodeTransport {
  readonly #options: TcpMeshOptions;
  readonly #port: number;
  readonly #links = new Map<number, Link>();
  readonly #listener: Deno.TcpListener;
  #handler: TransportHandler | undefined;
  #closed = false;

  private constructor(options: TcpMeshOptions, port: number, listener: Deno.TcpListener) {
    this.#options = options;
    this.#port = port;
    this.#listener = listener;
  }

  /**
   * Binds the own address. Connections are taken only after `start`.
   *
   * @throws {TransportError} the address is not on this machine, or another daemon has it
   */
  static bind(options: TcpMeshOptions): TcpMesh {
    const port = options.port ?? CTDB_PORT;
    try {
      return new TcpMesh(options, port, Deno.listen({ hostname: options.address, port }));
    } catch (error) {
      const what = error instanceof Deno.errors.AddrInUse
        ? "another daemon or program has it already"
        : messageOf(error);
      throw new TransportError(`Bind the node address: ${options.address} port ${port}: ${what}`, {
        cause: error,
      });
    }
  }

  start(peers: readonly TransportPeer[], handler: TransportHandler): void {
    this.#handler = handler;
    this.setPeers(peers);
    this.#acceptLoop();
  }

  setPeers(peers: readonly TransportPeer[]): void {
    const wanted = new Map(peers.map((peer) => [peer.pnn, peer]));
    for (const [pnn, link] of this.#links) {
      if (wanted.get(pnn)?.address === link.peer.address) wanted.delete(pnn);
      else this.#remove(link);
    }
    for (const peer of wanted.values()) this.#add(peer);
  }

  send(pnn: number, frame: Uint8Array): void {
    const link = this.#links.get(pnn);
    if (link?.outgoingUp) link.queue.push(frame);
  }

  hasIncoming(pnn: number): boolean {
    return this.#links.get(pnn)?.incoming !== undefined;
  }

  restart(pnn: number): void {
    const link = this.#links.get(pnn);
    if (link === undefined) return;
    this.#tearDown(link);
    this.#connect(link);
  }

  close(): void {
    this.#closed = true;
    this.#handler = undefined;
    for (const link of this.#links.values()) {
      link.queue.flush();
      link.removed = true;
      this.#tearDown(link);
    }
    this.#links.clear();
    this.#listener.close();
  }

  #add(peer: TransportPeer): void {
    const link: Link = {
      peer,
      outgoing: undefined,
      outgoingUp: false,
      descriptor: undefined,
      queue: new WriteQueue((bytes) => this.#write(link, bytes)),
      incoming: undefined,
      retry: undefined,
      up: false,
      removed: false,
    };
    this.#links.set(peer.pnn, link);
    this.#connect(link);
  }

  #remove(link: Link): void {
    this.#links.delete(link.peer.pnn);
    link.removed = true;
    this.#tearDown(link);
  }

  #tearDown(link: Link): void {
    link.retry?.cancel();
    link.retry = undefined;
    link.up = false;
    link.outgoingUp = false;
    link.descriptor = undefined;
    link.queue.clear();
    link.outgoing?.destroy();
    link.outgoing = undefined;
    const incoming = link.incoming;
    link.incoming = undefined;
    if (incoming !== undefined) closeQuietly(incoming);
  }

  /** A direction failed: drop both, start again, tell the node if the link had been up. */
  #fail(link: Link, reason: string): void {
    if (link.removed || this.#closed) return;
    this.#tearDown(link);
    this.#connect(link);
    this.#handler?.linkDown(link.peer.pnn, reason);
  }

  #reportIfUp(link: Link): void {
    if (link.up || !link.outgoingUp || link.incoming === undefined) return;
    link.up = true;
    this.#handler?.linkUp(link.peer.pnn);
  }

  // Outgoing direction

  #connect(link: Link): void {
    if (link.removed || this.#closed) return;
    const socket = net.connect({
      host: link.peer.address,
      port: this.#port,
      localAddress: this.#options.address,
      noDelay: true,
      keepAlive: true,
    });
    link.outgoing = socket;
    link.retry = this.#options.clock.setTimer(CONNECT_RETRY_MS, () => {
      if (link.outgoing !== socket) return;
      socket.destroy();
      this.#connect(link);
    });
    socket.on("connect", () => this.#connected(link, socket));
    socket.on(
      "data",
      () => this.#lost(link, socket, "data on the connection that only we write to"),
    );
    socket.on("error", (error) => this.#lost(link, socket, messageOf(error)));
    socket.on("close", () => this.#lost(link, socket, "connection closed"));
  }

  #connected(link: Link, socket: net.Socket): void {
    if (link.outgoing !== socket) return;
    link.retry?.cancel();
    link.retry = undefined;
    link.outgoingUp = true;
    link.descriptor = descriptorOf(socket);
    this.#reportIfUp(link);
  }

  #lost(link: Link, socket: net.Socket, reason: string): void {
    if (link.outgoing !== socket) return;
    if (link.outgoingUp) return this.#fail(link, `outgoing connection: ${reason}`);
    // Still connecting: the retry timer is running, and tries again.
    socket.destroy();
  }

  #write(link: Link, bytes: Uint8Array): void {
    const socket = link.outgoing;
    if (socket === undefined || !link.outgoingUp) return;
    const sent = sendDirectly(link, socket, bytes);
    if (sent === bytes.length) return;
    socket.write(bytes.subarray(sent));
    if (socket.writableLength > MAX_QUEUED_BYTES) {
      this.#fail(link, `outgoing queue: ${socket.writableLength} bytes, the peer does not read`);
    }
  }

  // Incoming direction

  async #acceptLoop(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#accepted(await this.#listener.accept());
      } catch (error) {
        if (this.#closed) return;
        this.#options.log.error(`Accept a node connection: ${messageOf(error)}`);
        await new Promise<void>((resolve) => this.#options.clock.setTimer(100, resolve));
      }
    }
  }

  #accepted(connection: Deno.TcpConn): void {
    const { hostname, port } = connection.remoteAddr;
    const source = sourceAddress(hostname);
    const link = [...this.#links.values()].find((l) => l.peer.address === source);
    if (link === undefined) {
      this.#options.log.error(`Refused connection from unknown node ${source} port ${port}`);
      return closeQuietly(connection);
    }
    if (link.incoming !== undefined) {
      this.#options.log.error(
        `Refused connection from node ${link.peer.pnn}: its incoming queue is active`,
      );
      return closeQuietly(connection);
    }
    connection.setKeepAlive(true);
    link.incoming = connection;
    this.#readLoop(link, connection);
    this.#reportIfUp(link);
  }

  async #readLoop(link: Link, connection: Deno.TcpConn): Promise<void> {
    const arena = new ReadArena();
    const splitter = new FrameSplitter();
    let reason = "connection closed by the peer";
    try {
      while (link.incoming === connection) {
        const length = await connection.read(arena.space());
        if (length === null || link.incoming !== connection) break;
        splitter.push(arena.take(length), (frame) => {
          checkFrame(frame);
          this.#handler?.frame(link.peer.pnn, frame);
          if (link.incoming !== connection) splitter.close();
        });
      }
    } catch (error) {
      reason = messageOf(error);
    }
    if (link.incoming === connection) this.#fail(link, `incoming connection: ${reason}`);
  }
}

/**
 * Writes past the socket's streams when nothing is queued in them: most of what a packet costs is
 * there. Returns how much the kernel took.
 */
function sendDirectly(link: Link, socket: net.Socket, bytes: Uint8Array): number {
  if (link.descriptor === undefined || socket.destroyed || socket.writableLength > 0) return 0;
  return Math.max(0, sendNow(link.descriptor, bytes as Uint8Array<ArrayBuffer>));
}

function descriptorOf(socket: net.Socket): number | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return tcpDescriptor({ localAddress, localPort, remoteAddress, remotePort });
}

/** The checks that cost a peer its link (`wire.md` 2.2); magic, version and length throw. */
function checkFrame(frame: Uint8Array): void {
  readHeader(frame);
  const { length } = frame;
  if (length % 8 !== 0) throw new TransportError(`Frame length not a multiple of 8: ${length}`);
}

/** The canonical text that the nodes file would have for a socket's peer. */
function sourceAddress(hostname: string): string {
  return unmapIpv4(parseSocketAddress(hostname)).address;
}

function closeQuietly(connection: { close(): void }): void {
  try {
    connection.close();
  } catch {
    // Already closed by the other side: that is all that was wanted.
  }
}
