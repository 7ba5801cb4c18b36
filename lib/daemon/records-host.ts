import type { RecordsHost } from "../records/mod.ts";
import { type Packet, PlacedMessage } from "../wire/mod.ts";
import type { BrokenLinks } from "./broken-links.ts";
import type { ClientSession } from "./client-session.ts";
import type { ControlRouter } from "./control-router.ts";
import type { LocalClient } from "./local-client.ts";
import type { Messages } from "./messages.ts";
import type { NodePorts } from "./node-ports.ts";
import type { NodeState } from "./node-state.ts";
import type { RequestIds } from "./request-ids.ts";
import { Slices } from "./slices.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";

/** The parts of a node that its records layer uses. */
interface Ports {
  readonly state: NodeState;
  readonly ids: RequestIds;
  readonly controls: ControlRouter;
  readonly messages: Messages;
  readonly registry: SrvidRegistry;
  readonly client: LocalClient;
  readonly brokenLinks: BrokenLinks;
  readonly sendToNode: (pnn: number, packet: Packet) => boolean;
  readonly forward: (pnn: number, frame: Uint8Array) => boolean;
  readonly ports: NodePorts;
  readonly session: (id: number) => ClientSession | undefined;
  readonly forceRecovery: (reason: string) => void;
}

type RecordWays = Pick<
  RecordsHost,
  "sendToNode" | "forward" | "sendControl" | "broadcastControl" | "sendMessage" | "deliverLocal"
>;

/** The node as the records layer sees it. */
export function recordsHost(parts: Ports): RecordsHost {
  const { state, ids, client, ports } = parts;
  const slices = new Slices(ports.turns, ports.clock);
  return {
    clock: ports.clock,
    random: ports.random,
    log: ports.log.child("records"),
    get pnn() {
      return state.pnn;
    },
    get generation() {
      return state.generation;
    },
    get vnnmap() {
      return state.vnnmap;
    },
    get recoveryMode() {
      return state.recoveryMode;
    },
    get runstate() {
      return state.runstate;
    },
    tunable: (name) => state.tunable(name),
    nodeFlags: (pnn) => state.nodes.flags(pnn),
    activeNodes: () => state.nodes.active(),
    connectedNodes: () => state.nodes.connected(),
    allocateRequest: (owner) => ids.allocate(owner),
    lookupRequest: (reqid) => ids.lookup(reqid),
    releaseRequest: (reqid) => ids.release(reqid),
    ...ways(parts),
    registerHandler: (srvid, handler) => client.borrow(srvid, handler),
    client: parts.session,
    forceRecovery: parts.forceRecovery,
    fatal: ports.abort,
    defer: (callback) => ports.turns.defer(callback),
    slice: (callback) => slices.add(callback),
    setTimer: (delay_ms, callback) => ports.clock.setTimer(delay_ms, callback),
  };
}

/** What goes from the records to nodes and clients. */
function ways(parts: Ports): RecordWays {
  const { controls, messages, registry, brokenLinks } = parts;
  return {
    sendToNode(pnn, packet) {
      if (!parts.sendToNode(pnn, packet)) brokenLinks.lost(pnn);
    },
    forward(pnn, frame) {
      if (!parts.forward(pnn, frame)) brokenLinks.lost(pnn);
    },
    sendControl: (pnn, opcode, data, options, onReply) =>
      controls.send(
        pnn,
        {
          opcode,
          data,
          srvid: options.srvid ?? 0n,
          flags: options.flags ?? 0,
          clientId: options.clientId ?? 0,
        },
        onReply,
        options.timeout_ms,
      ),
    broadcastControl: (destination, opcode, data, srvid = 0n) =>
      controls.sendNoReply(destination, { opcode, data, srvid, flags: 0, clientId: 0 }),
    sendMessage: (destination, srvid, data) => messages.send(destination, srvid, data),
    deliverLocal: (srvid, data) => registry.dispatchExact(PlacedMessage.of(srvid, data)),
  };
}
