import { encodePacket, type Packet } from "../../../lib/wire/mod.ts";
import type { Clock, Timer } from "../../../lib/base/mod.ts";
import { poison } from "./poison.ts";
import type { NodeTransport, TransportHandler, TransportPeer } from "../../../lib/transport/mod.ts";
import { DelayLine } from "./delay-line.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** As in the real mesh: a connection that is not up by then is tried again. */
const CONNECT_RETRY_MS = 1000;

/** Latency of a path: mostly `usual_ms`, now and then up to `worst_ms`. */
export interface Latency {
  readonly usual_ms: number;
  readonly worst_ms: number;
  readonly worstShare: number;
}

/** A connection that `from` opened and alone writes to. */
interface Connection {
  readonly from: SimulatedTransport;
  readonly to: SimulatedTransport;
}

/** Paths between machines, and the daemons that listen on them. */
export class SimulatedNetwork {
  readonly time: Clock;
  readonly #random: SeededRandom;
  readonly #lines = new Map<number, DelayLine>();
  readonly #listeners = new Map<number, SimulatedTransport>();
  latency: Latency = { usual_ms: 0.2, worst_ms: 5, worstShare: 0.02 };
  /** Whether urgent packets pass others that are on their way to the same node. */
  overtaking = false;
  /** Sees every frame as it is sent. */
  onFrame: (from: number, to: number, frame: Uint8Array) => void = () => {};

  constructor(time: Clock, random: SeededRandom) {
    this.time = time;
    this.#random = random;
  }

  line(from: number, to: number): DelayLine {
    const name = from * 1000 + to;
    let line = this.#lines.get(name);
    if (line === undefined) {
      this.#lines.set(name, line = new DelayLine(this.time, () => this.#draw()));
    }
    return line;
  }

  isCut(a: number, b: number): boolean {
    return this.line(a, b).isCut || this.line(b, a).isCut;
  }

  healAll(): void {
    for (const line of this.#lines.values()) line.heal();
  }

  listener(pnn: number): SimulatedTransport | undefined {
    return this.#listeners.get(pnn);
  }

  listen(pnn: number, transport: SimulatedTransport): void {
    this.#listeners.set(pnn, transport);
  }

  stopListening(pnn: number, transport: SimulatedTransport): void {
    if (this.#listeners.get(pnn) === transport) this.#listeners.delete(pnn);
  }

  #draw(): number {
    const { usual_ms, worst_ms, worstShare } = this.latency;
    const random = this.#random;
    if (random.chance(worstShare)) return random.between(usual_ms, worst_ms);
    return random.between(usual_ms / 2, usual_ms * 1.5);
  }
}

/** The link to one peer: two one-way connections. */
interface Link {
  readonly pnn: number;
  readonly address: string;
  outgoing: Connection | undefined;
  incoming: Connection | undefined;
  retry: Timer | undefined;
  /** Counts attempts to connect, so that the answer to an old one is known as such. */
  attempt: number;
  up: boolean;
}

/**
 * {@link NodeTransport} on the simulated network, with the rules of the real mesh (`cluster.md`
 * section 4): one connection each way, the second incoming one refused, any end takes both down.
 */
export class SimulatedTransport implements NodeTransport {
  readonly #pnn: number;
  readonly #network: SimulatedNetwork;
  readonly #process: SimulatedProcess;
  readonly #links = new Map<number, Link>();
  #handler: TransportHandler | undefined;
  #closed = false;

  constructor(pnn: number, network: SimulatedNetwork, process: SimulatedProcess) {
    this.#pnn = pnn;
    this.#network = network;
    this.#process = process;
    process.atEnd(() => this.close());
  }

  start(peers: readonly TransportPeer[], handler: TransportHandler): void {
    this.#handler = handler;
    this.#network.listen(this.#pnn, this);
    this.setPeers(peers);
  }

  setPeers(peers: readonly TransportPeer[]): void {
    const wanted = new Map(peers.map((peer) => [peer.pnn, peer]));
    for (const [pnn, link] of this.#links) {
      if (wanted.get(pnn)?.address === link.address) {
        wanted.delete(pnn);
        continue;
      }
      this.#links.delete(pnn);
      this.#tearDown(link);
    }
    for (const { pnn, address } of wanted.values()) {
      const link: Link = {
        pnn,
        address,
        outgoing: undefined,
        incoming: undefined,
        retry: undefined,
        attempt: 0,
        up: false,
      };
      this.#links.set(pnn, link);
      this.#connect(link);
    }
  }

  send(pnn: number, packet: Packet, urgent = false): boolean {
    return this.#send(pnn, encodePacket(packet), urgent && this.#network.overtaking);
  }

  forward(pnn: number, frame: Uint8Array): boolean {
    return this.#send(pnn, frame, false);
  }

  #send(pnn: number, frame: Uint8Array, urgent: boolean): boolean {
    const connection = this.#links.get(pnn)?.outgoing;
    if (connection === undefined) return false;
    this.#network.onFrame(this.#pnn, pnn, frame);
    const copy = frame.slice();
    const line = this.#network.line(this.#pnn, pnn);
    const arrive = () => connection.to.#arrived(connection, copy);
    if (urgent) line.pushUrgent(arrive);
    else line.push(arrive);
    return true;
  }

  isWhole(pnn: number): boolean {
    return this.#links.get(pnn)?.up === true;
  }

  restart(pnn: number): void {
    const link = this.#links.get(pnn);
    if (link === undefined) return;
    this.#tearDown(link);
    this.#connect(link);
  }

  /** The link breaks, as by a reset: both ends hear of it, and connect anew. */
  breakLink(pnn: number): void {
    const link = this.#linkOf(pnn);
    if (link !== undefined) this.#process.run(() => this.#fail(link, "reset"));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = undefined;
    this.#network.stopListening(this.#pnn, this);
    for (const link of this.#links.values()) this.#tearDown(link);
    this.#links.clear();
  }

  #tearDown(link: Link): void {
    link.retry?.cancel();
    link.retry = undefined;
    link.attempt++;
    link.up = false;
    const { outgoing, incoming } = link;
    link.outgoing = undefined;
    link.incoming = undefined;
    const line = this.#network.line(this.#pnn, link.pnn);
    if (outgoing !== undefined) line.push(() => outgoing.to.#incomingEnded(outgoing));
    if (incoming !== undefined) line.push(() => incoming.from.#outgoingEnded(incoming));
  }

  #fail(link: Link, reason: string): void {
    this.#tearDown(link);
    this.#connect(link);
    this.#handler?.linkDown(link.pnn, reason);
  }

  #reportIfUp(link: Link): void {
    if (link.up || link.outgoing === undefined || link.incoming === undefined) return;
    link.up = true;
    this.#handler?.linkUp(link.pnn);
  }

  #linkOf(pnn: number): Link | undefined {
    return this.#closed ? undefined : this.#links.get(pnn);
  }

  #connect(link: Link): void {
    if (this.#closed) return;
    const attempt = ++link.attempt;
    link.retry = this.#process.setTimer(CONNECT_RETRY_MS, () => this.#connect(link));
    const network = this.#network;
    // What TCP does to a SYN on a cut path: it is lost, and sent again until we give up.
    if (network.isCut(this.#pnn, link.pnn)) return;
    network.line(this.#pnn, link.pnn).push(() => {
      const peer = network.listener(link.pnn);
      if (peer === undefined || network.isCut(this.#pnn, link.pnn)) return;
      const connection = { from: this, to: peer };
      network.line(link.pnn, this.#pnn).push(() =>
        this.#process.run(() => this.#connected(link, attempt, connection))
      );
      peer.#process.run(() => peer.#accepted(this.#pnn, connection));
    });
  }

  #connected(link: Link, attempt: number, connection: Connection): void {
    if (link.attempt !== attempt || this.#linkOf(link.pnn) !== link) {
      const line = this.#network.line(this.#pnn, link.pnn);
      return line.push(() => connection.to.#incomingEnded(connection));
    }
    link.retry?.cancel();
    link.retry = undefined;
    link.outgoing = connection;
    this.#reportIfUp(link);
  }

  #accepted(pnn: number, connection: Connection): void {
    const link = this.#linkOf(pnn);
    if (link === undefined || link.incoming !== undefined) {
      const line = this.#network.line(this.#pnn, pnn);
      return line.push(() => connection.from.#outgoingEnded(connection));
    }
    link.incoming = connection;
    this.#reportIfUp(link);
  }

  #arrived(connection: Connection, frame: Uint8Array): void {
    if (!this.#process.alive) {
      // The kernel answers for a process that is gone.
      const { from } = connection;
      const line = this.#network.line(this.#pnn, from.#pnn);
      return line.push(() => from.#outgoingEnded(connection));
    }
    this.#process.run(() => {
      const link = this.#linkOf(connection.from.#pnn);
      if (link?.incoming === connection) this.#handler?.frame(link.pnn, frame);
      poison(frame);
    });
  }

  #incomingEnded(connection: Connection): void {
    this.#process.run(() => {
      const link = this.#linkOf(connection.from.#pnn);
      if (link?.incoming === connection) {
        this.#fail(link, "incoming connection: closed by the peer");
      }
    });
  }

  #outgoingEnded(connection: Connection): void {
    this.#process.run(() => {
      const link = this.#linkOf(connection.to.#pnn);
      if (link?.outgoing === connection) {
        this.#fail(link, "outgoing connection: closed by the peer");
      }
    });
  }
}
