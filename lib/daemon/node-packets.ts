import { CopyArena, type Logger, messageOf } from "../base/mod.ts";
import type { Keepalive } from "../membership/mod.ts";
import type { Records } from "../records/mod.ts";
import {
  decodePacket,
  frameOperation,
  frameSource,
  Operation,
  PlacedMessage,
  WireError,
} from "../wire/mod.ts";
import { isCounted, type LinkCounts } from "./link-counts.ts";
import { isUrgent } from "./urgency.ts";
import type { Faults } from "./faults.ts";
import type { ControlRouter } from "./control-router.ts";
import type { NodeState } from "./node-state.ts";
import { NodeCount, type NodeStatistics } from "./node-statistics.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";
import type { Tunnels } from "./tunnels.ts";

const HOPCOUNT_OFFSET = 44;

/** What packets of other nodes go to. */
interface Ports {
  readonly state: NodeState;
  readonly statistics: NodeStatistics;
  readonly log: Logger;
  readonly faults: Faults;
  readonly keepalive: Keepalive;
  readonly linkCounts: LinkCounts;
  readonly registry: SrvidRegistry;
  readonly controls: ControlRouter;
  readonly tunnels: Tunnels;
  readonly records: Records;
}

/** Dispatches what comes from other nodes, and records loopback (`cluster.md` 4.8). */
export class NodePackets {
  readonly #ports: Ports;
  /** Nodes whose false headers are in the log. */
  readonly #liars = new Set<number>();
  readonly #copies = new CopyArena();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * One frame with a sound header.
   *
   * @param from the node at the other end of the link, which is what counts as a sign of life: what
   * the header says of its sender anybody could have written
   */
  receive(frame: Uint8Array, from: number): void {
    const { statistics, log, records, keepalive, faults } = this.#ports;
    statistics.count(NodeCount.nodePacketsRecv);
    const operation = frameOperation(frame);
    const srcnode = frameSource(frame);
    keepalive.received(from);
    if (!this.#isTrue(frame, operation, srcnode, from)) return;
    try {
      if (operation > Operation.REPLY_ERROR) return this.#dispatch(frame, operation, from);
      this.#ports.linkCounts.received(from);
      records.packetFromNode(frame);
    } catch (error) {
      if (!(error instanceof WireError)) return faults.handle(`Packet of node ${srcnode}`, error);
      log.outside.warning(`Dropped invalid packet of node ${srcnode}: ${messageOf(error)}`);
    }
  }

  /** Only a call that is passed on has another sender than who sends it (`wire.md` 2.7). */
  #isTrue(frame: Uint8Array, operation: number, srcnode: number, from: number): boolean {
    const { state, log } = this.#ports;
    if (srcnode === from) return true;
    if (isRedirected(frame, operation) && srcnode < state.nodes.size) return true;
    if (!this.#liars.has(from)) {
      this.#liars.add(from);
      log.error(`Dropped packet of node ${from} that says to be of node ${srcnode}`);
    }
    return false;
  }

  #dispatch(frame: Uint8Array, operation: number, from: number): void {
    const { controls, registry, statistics, tunnels, keepalive, linkCounts } = this.#ports;
    if (operation === Operation.REQ_MESSAGE) {
      statistics.count(NodeCount.nodeReqMessage);
      const message = PlacedMessage.inFrame(frame);
      if (isCounted(message) && !isUrgent(message)) linkCounts.received(from);
      return registry.dispatch(message);
    }
    if (operation === Operation.REQ_TUNNEL) {
      statistics.count(NodeCount.nodeReqTunnel);
      linkCounts.received(from);
      return tunnels.deliver(frame);
    }
    // Parts of what a control carries are kept, and the frame's memory is the transport's again after
    // this call.
    const packet = decodePacket(this.#copies.copy(frame));
    switch (packet.operation) {
      case Operation.REQ_CONTROL:
        return controls.fromNode(packet);
      case Operation.REPLY_CONTROL:
        return controls.replyFromNode(packet);
      case Operation.REQ_KEEPALIVE:
        statistics.count(NodeCount.keepalivePacketsRecv);
        return keepalive.heard(packet.srcnode, packet.version);
    }
  }
}

/** A redirected call names who made it, and not who passes it on. */
function isRedirected(frame: Uint8Array, operation: number): boolean {
  if (operation !== Operation.REQ_CALL || frame.length < HOPCOUNT_OFFSET + 4) return false;
  return (frame[HOPCOUNT_OFFSET]! | frame[HOPCOUNT_OFFSET + 1]! | frame[HOPCOUNT_OFFSET + 2]! |
    frame[HOPCOUNT_OFFSET + 3]!) !== 0;
}
