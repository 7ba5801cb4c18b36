import type { Logger } from "../base/mod.ts";
import { NodeMap } from "../membership/mod.ts";
import { Capability, DEFAULT_CAPABILITIES, encodePacket, type Packet } from "../wire/mod.ts";
import { BrokenLinks } from "./broken-links.ts";
import { isCounted, LinkCounts } from "./link-counts.ts";
import { ControlRouter } from "./control-router.ts";
import { Faults } from "./faults.ts";
import { LocalClient } from "./local-client.ts";
import { Messages } from "./messages.ts";
import { NodeEvents } from "./node-events.ts";
import type { NodeConfig, NodePorts } from "./node-ports.ts";
import { NodeState } from "./node-state.ts";
import { NodeCount, NodeStatistics } from "./node-statistics.ts";
import { RequestIds } from "./request-ids.ts";
import { SrvidRegistry } from "./srvid-registry.ts";
import { Tunnels } from "./tunnels.ts";
import { isUrgent } from "./urgency.ts";

/**
 * What every other part of a node stands on: its state, and the ways in which controls, messages and
 * packets leave and come back to it.
 */
export class NodeCore {
  readonly ports: NodePorts;
  readonly config: NodeConfig;
  readonly log: Logger;
  readonly state: NodeState;
  readonly statistics: NodeStatistics;
  readonly ids = new RequestIds();
  readonly registry: SrvidRegistry;
  readonly messages: Messages;
  readonly controls: ControlRouter;
  readonly tunnels: Tunnels;
  readonly client: LocalClient;
  readonly events: NodeEvents;
  readonly linkCounts: LinkCounts;
  readonly brokenLinks: BrokenLinks;
  readonly faults: Faults;
  /** Takes what the node sends to itself; set by who dispatches packets. */
  receive: (frame: Uint8Array, from: number) => void = () => {};

  constructor(ports: NodePorts, config: NodeConfig) {
    this.ports = ports;
    this.config = config;
    const { clock, turns, log } = ports;
    this.log = log;
    this.faults = new Faults(log, ports.abort);
    const state = this.state = new NodeState({
      nodes: new NodeMap(config.nodes),
      tunable: (name) => config.tunables.get(name),
      capabilities: capabilitiesOf(config),
      startTime_us: clock.wallTime(),
    });
    state.nodes.identify(config.address);
    this.linkCounts = new LinkCounts(state);
    this.brokenLinks = new BrokenLinks(state, this.linkCounts);
    state.nodes.onFlags = (of, before, after) =>
      log.happened({ kind: "flags-changed", of, before, after });
    const { ids } = this;
    const statistics = this.statistics = new NodeStatistics(
      clock,
      log,
      () => state.tunable("LogLatencyMs"),
    );
    const registry = this.registry = new SrvidRegistry(state, this.faults);
    const { sendToNode } = this;
    this.messages = new Messages({ state, registry, turns, sendToNode });
    this.controls = new ControlRouter({ state, statistics, ids, clock, turns, log, sendToNode });
    this.tunnels = new Tunnels({ state, turns, log, sendToNode });
    this.client = new LocalClient(state, this.controls, this.messages, registry);
    this.linkCounts.start(this.client);
    this.events = new NodeEvents({ state, log, events: ports.events });
  }

  /**
   * A packet to a node, to the own one in a later turn; `false` when there was no way to it.
   *
   * @param urgent may pass data that waits; by what the packet is unless given
   */
  readonly sendToNode = (pnn: number, packet: Packet, urgent = isUrgent(packet)): boolean => {
    this.statistics.count(NodeCount.nodePacketsSent);
    if (pnn !== this.state.pnn) {
      const sent = this.ports.transport.send(pnn, packet, urgent);
      if (sent && !urgent && isCounted(packet)) this.linkCounts.sent(pnn);
      return sent;
    }
    const frame = encodePacket(packet);
    this.ports.turns.defer(() => this.receive(frame, pnn));
    return true;
  };

  /** {@link sendToNode} of a finished frame of the records, which nobody changes any more. */
  readonly forward = (pnn: number, frame: Uint8Array): boolean => {
    this.statistics.count(NodeCount.nodePacketsSent);
    if (pnn !== this.state.pnn) {
      const sent = this.ports.transport.forward(pnn, frame);
      if (sent) this.linkCounts.sent(pnn);
      return sent;
    }
    this.ports.turns.defer(() => this.receive(frame, pnn));
    return true;
  };
}

function capabilitiesOf(config: NodeConfig): number {
  let capabilities = DEFAULT_CAPABILITIES;
  if (!config.leaderCapability) capabilities &= ~Capability.RECMASTER;
  if (!config.lmasterCapability) capabilities &= ~Capability.LMASTER;
  return capabilities;
}
