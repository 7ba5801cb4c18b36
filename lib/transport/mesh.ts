import { type Cancellable, type Clock, type Logger, messageOf, type Timer } from "../base/mod.ts";
import { MAX_PEER_QUEUE_BYTES } from "../limits/mod.ts";
import { checkFrameHeader, CTDB_PORT, type Packet } from "../wire/mod.ts";
import { TransportError } from "./errors.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Stream, StreamListener, Streams, TcpPeer } from "./streams.ts";
import {
  type LinkStatus,
  type NodeTransport,
  PEER_OVERRUN,
  type TransportHandler,
  type TransportPeer,
} from "./types.ts";

/** A connect attempt is given up, and a failed one repeated, after this (`cluster.md` 4.3). */
const CONNECT_RETRY_MS = 1000;
/** Memory that a link keeps for large records, which come in several reads. */
const KEPT_FRAME_BYTES = 256 * 1024;

/** How a {@link Mesh} is set up. */
export interface MeshOptions {
  /** The own address of the nodes file: listened on, and bound to before connecting. */
  readonly address: string;
  /** TCP port of all nodes; 4379 unless a test says otherwise. */
  readonly port?: number;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One peer: the connection that we opened, only written; the one that it opened, only read. */
interface Link {
  readonly peer: TransportPeer;
  connecting: Cancellable | undefined;
  outgoing: Stream | undefined;
  incoming: Stream | undefined;
  retry: Timer | undefined;
  /** `linkUp` was reported and no `linkDown` since. */
  up: boolean;
  since_ms: number;
  sentPackets: number;
  /** Through connections that have ended. */
  sentBytesBefore: number;
  receivedPackets: number;
  receivedBytes: number;
  removed: boolean;
}

/**
 * The mesh of `cluster.md` section 4: two one-way connections per pair of nodes, no handshake, the
 * peer known by its source address.
 */
export class Mesh implements NodeTransport {
  readonly #options: MeshOptions;
  readonly #port: number;
  readonly #links = new Map<number, Link>();
  readonly #listener: StreamListener<TcpPeer>;
  #handler: TransportHandler | undefined;
  #closed = false;

  private constructor(options: MeshOptions, port: number, listener: StreamListener<TcpPeer>) {
    this.#options = options;
    this.#port = port;
    this.#listener = listener;
  }

  /**
   * Binds the own address. Connections are taken only after `start`. Rejects with a
   * {@link TransportError} when the address is not on this machine, or another daemon has it.
   */
  static async bind(options: MeshOptions): Promise<Mesh> {
    const { address, streams, port = CTDB_PORT } = options;
    try {
      return new Mesh(options, port, await streams.listenTcp(address, port));
    } catch (error) {
      throw new TransportError(
        `Bind the node address: ${address} port ${port}: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  start(peers: readonly TransportPeer[], handler: TransportHandler): void {
    this.#handler = handler;
    this.setPeers(peers);
    this.#listener.accept({
      connected: (stream, peer) => this.#accepted(stream, peer),
      // Descriptors are kept for links.
      full: () => undefined,
      exhausted: (reason) =>
        this.#options.log.error(`Accept a node connection: ${reason}: trying again`),
    });
  }

  setPeers(peers: readonly TransportPeer[]): void {
    const wanted = new Map(peers.map((peer) => [peer.pnn, peer]));
    for (const [pnn, link] of this.#links) {
      if (wanted.get(pnn)?.address === link.peer.address) wanted.delete(pnn);
      else this.#remove(link);
    }
    for (const peer of wanted.values()) this.#add(peer);
  }

  send(pnn: number, packet: Packet, urgent = false): boolean {
    const link = this.#links.get(pnn);
    if (link?.outgoing === undefined) return false;
    link.sentPackets++;
    if (urgent) link.outgoing.sendUrgent(packet);
    else link.outgoing.sendPacket(packet);
    this.#bound(link, link.outgoing);
    return true;
  }

  forward(pnn: number, frame: Uint8Array): boolean {
    const link = this.#links.get(pnn);
    if (link?.outgoing === undefined) return false;
    link.sentPackets++;
    link.outgoing.send(frame);
    this.#bound(link, link.outgoing);
    return true;
  }

  isWhole(pnn: number): boolean {
    return this.#links.get(pnn)?.up === true;
  }

  /** What each link has carried. */
  status(): LinkStatus[] {
    return [...this.#links.values()].map((link) => ({
      pnn: link.peer.pnn,
      up: link.up,
      since_ms: link.since_ms,
      sent: {
        packets: link.sentPackets,
        bytes: link.sentBytesBefore + (link.outgoing?.sentBytes ?? 0),
      },
      received: { packets: link.receivedPackets, bytes: link.receivedBytes },
      queuedBytes: link.outgoing?.queuedBytes ?? 0,
      ...kernelBytes(link),
    }));
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
      link.removed = true;
      this.#tearDown(link);
    }
    this.#links.clear();
    this.#listener.close();
  }

  /** A peer that does not read loses its link, in a turn of its own: we are in somebody's middle. */
  #bound(link: Link, stream: Stream): void {
    const { queuedBytes } = stream;
    if (queuedBytes <= MAX_PEER_QUEUE_BYTES) return;
    this.#options.clock.setTimer(0, () => {
      if (link.outgoing !== stream) return;
      this.#fail(link, `${PEER_OVERRUN}: ${queuedBytes} bytes, the peer does not read`);
    });
  }

  #add(peer: TransportPeer): void {
    const link: Link = {
      peer,
      connecting: undefined,
      outgoing: undefined,
      incoming: undefined,
      retry: undefined,
      up: false,
      since_ms: this.#now_ms(),
      sentPackets: 0,
      sentBytesBefore: 0,
      receivedPackets: 0,
      receivedBytes: 0,
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
    const { connecting, outgoing, incoming, retry } = link;
    if (link.up) link.since_ms = this.#now_ms();
    link.up = false;
    link.sentBytesBefore += outgoing?.sentBytes ?? 0;
    link.retry =
      link.connecting =
      link.outgoing =
      link.incoming =
        undefined;
    retry?.cancel();
    connecting?.cancel();
    outgoing?.close();
    incoming?.close();
  }

  /** A direction failed: drop both, start again, tell the node if the link had been up. */
  #fail(link: Link, reason: string): void {
    if (link.removed || this.#closed) return;
    this.#tearDown(link);
    this.#connect(link);
    this.#handler?.linkDown(link.peer.pnn, reason);
  }

  /** By the clock on the wall: for people. */
  #now_ms(): number {
    return Number(this.#options.clock.wallTime() / 1000n);
  }

  #reportIfUp(link: Link): void {
    if (link.up || link.outgoing === undefined || link.incoming === undefined) return;
    link.up = true;
    link.since_ms = this.#now_ms();
    this.#handler?.linkUp(link.peer.pnn);
  }

  // Outgoing direction

  #connect(link: Link): void {
    if (link.removed || this.#closed) return;
    const { address, streams, clock } = this.#options;
    link.connecting = streams.connectTcp(address, link.peer.address, this.#port, {
      connected: (stream) => this.#connected(link, stream),
      // The retry timer is running, and tries again.
      failed: () => void (link.connecting = undefined),
    });
    link.retry = clock.setTimer(CONNECT_RETRY_MS, () => {
      link.retry = undefined;
      link.connecting?.cancel();
      this.#connect(link);
    });
  }

  #connected(link: Link, stream: Stream): void {
    link.retry?.cancel();
    link.retry = link.connecting = undefined;
    link.outgoing = stream;
    const lost = (reason: string) => {
      if (link.outgoing === stream) this.#fail(link, `outgoing connection: ${reason}`);
    };
    stream.start({
      data: () => lost("data on the connection that only we write to"),
      ended: lost,
    });
    this.#reportIfUp(link);
  }

  // Incoming direction

  #accepted(stream: Stream, { address, port }: TcpPeer): void {
    const link = [...this.#links.values()].find((l) => l.peer.address === address);
    if (link === undefined) {
      this.#options.log.outside.error(
        `Refused connection from unknown node ${address} port ${port}`,
      );
      return stream.close();
    }
    if (link.incoming !== undefined) {
      this.#options.log.outside.error(
        `Refused connection from node ${link.peer.pnn}: its incoming queue is active`,
      );
      return stream.close();
    }
    link.incoming = stream;
    this.#read(link, stream);
    this.#reportIfUp(link);
  }

  #read(link: Link, stream: Stream): void {
    const { pnn } = link.peer;
    const reader = new FrameReader((frame) => {
      checkFrame(frame);
      link.receivedPackets++;
      this.#handler?.frame(pnn, frame);
      if (link.incoming !== stream) reader.close();
    }, KEPT_FRAME_BYTES);
    stream.start({
      data: (slab, end) => {
        if (link.incoming !== stream) return;
        link.receivedBytes += end;
        try {
          reader.push(slab, end);
        } catch (error) {
          this.#fail(link, `incoming connection: ${messageOf(error)}`);
        }
      },
      ended: (reason) => {
        if (link.incoming === stream) this.#fail(link, `incoming connection: ${reason}`);
      },
    });
  }
}

/** What the kernel holds of both connections of a link, where it can be asked. */
function kernelBytes({ outgoing, incoming }: Link): Pick<LinkStatus, "kernel"> {
  const held = [outgoing, incoming].flatMap((stream) => stream?.kernelBytes?.() ?? []);
  if (held.length === 0) return {};
  const sum = (of: "send_bytes" | "receive_bytes") =>
    held.reduce((bytes, part) => bytes + part[of], 0);
  return { kernel: { send_bytes: sum("send_bytes"), receive_bytes: sum("receive_bytes") } };
}

/** The checks that cost a peer its link (`wire.md` 2.2); magic, version and length throw. */
function checkFrame(frame: Uint8Array): void {
  checkFrameHeader(frame);
  const { length } = frame;
  if (length % 8 !== 0) throw new TransportError(`Frame length not a multiple of 8: ${length}`);
}
