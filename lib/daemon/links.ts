import type { Clock, Logger, Timer } from "../base/mod.ts";
import type { Keepalive } from "../membership/mod.ts";
import {
  type NodeTransport,
  PEER_OVERRUN,
  type TransportHandler,
  type TransportPeer,
} from "../transport/mod.ts";
import { Operation } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";
import { NodeCount, type NodeStatistics } from "./node-statistics.ts";

/**
 * Silence is measured in such parts of KeepaliveInterval. Whole intervals, as the C daemon counts
 * them, find a dead node up to one interval later than the limit says. Counted, not timed: a daemon
 * that was itself held up for long has not listened meanwhile.
 */
const TICKS_PER_INTERVAL = 5;

/** What the links to other nodes act on. */
interface Ports {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly statistics: NodeStatistics;
  readonly transport: NodeTransport;
  readonly keepalive: Keepalive;
  /** `from` is the node at the other end of the link, whatever the frame says. */
  readonly receive: (frame: Uint8Array, from: number) => void;
  readonly nodeUp: (pnn: number) => void;
  readonly nodeDown: (pnn: number) => void;
}

/** Which peers are connected, and the keepalives that tell (`cluster.md` 4.5, 4.6, 4.9). */
export class Links implements TransportHandler {
  readonly #ports: Ports;
  #timer: Timer | undefined;
  #ticks = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** The transport starts to connect and to deliver. */
  start(): void {
    this.#ports.transport.start(this.#peers(), this);
  }

  /** Keepalives are sent and counted from now on. */
  startKeepalives(): void {
    const interval_ms = Math.max(1, this.#ports.state.tunable("KeepaliveInterval")) * 1000;
    this.#timer = this.#ports.clock.setTimer(interval_ms / TICKS_PER_INTERVAL, () => {
      this.#tick();
      this.startKeepalives();
    });
  }

  stopKeepalives(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The nodes file changed. */
  reload(): void {
    this.#ports.transport.setPeers(this.#peers());
  }

  frame(pnn: number, frame: Uint8Array): void {
    this.#ports.receive(frame, pnn);
  }

  linkUp(pnn: number): void {
    const { state, log, keepalive } = this.#ports;
    keepalive.reset(pnn);
    if (!state.nodes.linkUp(pnn)) return;
    log.happened({ kind: "link-up", peer: pnn });
    log.error(`Node ${pnn} connected: ${state.nodes.connected().length - 1} nodes connected`);
    this.#ports.nodeUp(pnn);
  }

  linkDown(pnn: number, reason: string): void {
    const { state, log, keepalive, statistics } = this.#ports;
    keepalive.reset(pnn);
    if (!state.nodes.isConnected(pnn)) {
      log.info(`Node ${pnn} is dead already: ${reason}`);
      return;
    }
    log.happened({ kind: "link-down", peer: pnn, reason });
    if (reason.startsWith(PEER_OVERRUN)) statistics.count(NodeCount.linksOverrun);
    state.nodes.linkDown(pnn);
    log.error(
      `Node ${pnn} is dead: ${state.nodes.connected().length - 1} nodes connected: ${reason}`,
    );
    this.#ports.nodeDown(pnn);
  }

  #peers(): TransportPeer[] {
    const { nodes } = this.#ports.state;
    return nodes.notDeleted()
      .filter((pnn) => pnn !== nodes.pnn)
      .map((pnn) => ({ pnn, address: nodes.get(pnn)!.address }));
  }

  #tick(): void {
    const { state, keepalive, transport } = this.#ports;
    const limit = state.tunable("KeepaliveLimit");
    const sends = ++this.#ticks % TICKS_PER_INTERVAL === 0;
    for (const { pnn } of this.#peers()) {
      const connected = state.nodes.isConnected(pnn);
      const verdict = keepalive.tick(pnn, connected, limit * TICKS_PER_INTERVAL);
      // Not while only its connection to us is up: what we sent would be lost, and nobody would know.
      if (verdict === "connected" && transport.isWhole(pnn)) this.linkUp(pnn);
      if (verdict === "dead") {
        transport.restart(pnn);
        this.linkDown(pnn, `nothing heard for ${limit} keepalive intervals`);
      }
      if (connected && sends) this.#sendKeepalive(pnn);
    }
  }

  #sendKeepalive(pnn: number): void {
    const { state, clock, transport, keepalive, statistics } = this.#ports;
    const uptime_s = Number((clock.wallTime() - state.startTime_us) / 1_000_000n);
    statistics.count(NodeCount.keepalivePacketsSent);
    transport.send(pnn, {
      operation: Operation.REQ_KEEPALIVE,
      generation: state.generation,
      destnode: pnn,
      srcnode: state.pnn,
      reqid: 0,
      ...keepalive.content(pnn, Math.max(0, uptime_s)),
    }, true);
  }
}
