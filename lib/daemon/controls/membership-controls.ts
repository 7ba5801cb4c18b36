import type { Logger } from "../../base/mod.ts";
import type { NodeFlags as MapEntry, NodesFileEntry } from "../../membership/mod.ts";
import {
  Capability,
  type ControlHandlers,
  type ControlOrigin,
  CTDB_PORT,
  type FlagChange,
  type NodeEntry,
  NodeFlag,
  parseSocketAddress,
  RunState,
} from "../../wire/mod.ts";
import type { Activity } from "../activity.ts";
import type { NodesFileResult } from "../node-ports.ts";
import type { NodeState } from "../node-state.ts";
import type { RecoveryModeSwitch } from "../recovery-mode.ts";

/** What the controls about nodes act on. */
interface Ports {
  readonly state: NodeState;
  readonly log: Logger;
  readonly activity: Activity;
  readonly recoveryMode: RecoveryModeSwitch;
  readonly readNodesFile: (done: (result: NodesFileResult) => void) => void;
  readonly shutdown: (exitStatus: number, reason: string) => void;
  /** The nodes file was read again and taken over. */
  readonly nodesReloaded: () => void;
  /** Flags or capabilities changed: the leader's loop should look. */
  readonly changed: () => void;
}

/** The nodes file cannot be read when it must be (`cluster.md` 5.4). */
const EXIT_NODES_FILE = 1;

/** Node map, flags, capabilities, stops and bans (`cluster.md` 5 and 8.1). */
export function membershipControls(
  ports: Ports,
): ControlHandlers<
  | "GET_NODEMAP"
  | "GET_NODES_FILE"
  | "RELOAD_NODES_FILE"
  | "MODIFY_FLAGS"
  | "GET_CAPABILITIES"
  | "SET_LMASTERROLE"
  | "SET_RECMASTERROLE"
  | "STOP_NODE"
  | "CONTINUE_NODE"
  | "DISABLE_NODE"
  | "ENABLE_NODE"
  | "SET_BAN_STATE"
  | "GET_BAN_STATE"
  | "GET_RUNSTATE"
  | "SHUTDOWN"
> {
  const { state, log, activity } = ports;
  const requested = (change: string, { srcnode, clientId }: ControlOrigin) =>
    log.happened({ kind: "change-requested", change, from: srcnode, client: clientId });
  return {
    GET_NODEMAP: (_request, _origin, reply) => reply(0, state.nodes.all().map(mapEntry)),
    GET_NODES_FILE(_request, _origin, reply) {
      ports.readNodesFile((result) => {
        if ("error" in result) reply(-1, undefined, result.error);
        else reply(0, result.entries.map(fileEntry));
      });
    },
    RELOAD_NODES_FILE(_request, _origin, reply) {
      ports.readNodesFile((result) => {
        if ("error" in result) {
          reply(-1, undefined, result.error);
          return ports.shutdown(EXIT_NODES_FILE, result.error);
        }
        const { entries } = result;
        state.nodes.reload(entries);
        log.happened({ kind: "nodes-reloaded", nodes: entries.length });
        log.notice(`Nodes file read again: ${entries.length} nodes`);
        ports.nodesReloaded();
        reply(0);
      });
    },
    MODIFY_FLAGS: (change, _origin, reply) => reply(modifyFlags(ports, change)),
    GET_CAPABILITIES: (_request, _origin, reply) => reply(0, state.capabilities),
    SET_LMASTERROLE(on, _origin, reply) {
      setCapability(ports, Capability.LMASTER, on !== 0);
      reply(0);
    },
    SET_RECMASTERROLE(on, _origin, reply) {
      setCapability(ports, Capability.RECMASTER, on !== 0);
      reply(0);
    },
    STOP_NODE(_request, origin, reply) {
      requested("stop", origin);
      activity.stopNode();
      reply(0);
    },
    CONTINUE_NODE(_request, origin, reply) {
      requested("continue", origin);
      activity.continueNode();
      reply(0);
    },
    DISABLE_NODE(_request, origin, reply) {
      requested("disable", origin);
      activity.setDisabled(true);
      reply(0);
    },
    ENABLE_NODE(_request, origin, reply) {
      requested("enable", origin);
      activity.setDisabled(false);
      reply(0);
    },
    SET_BAN_STATE({ pnn, time_s }, origin, reply) {
      if (pnn !== state.pnn) {
        log.warning(`Ban refused: it is for node ${pnn}, this is node ${state.pnn}`);
        return reply(-1);
      }
      requested(time_s === 0 ? "unban" : `ban for ${time_s} s`, origin);
      activity.ban(time_s);
      reply(0);
    },
    GET_BAN_STATE: (_request, _origin, reply) =>
      reply(0, { pnn: state.pnn, time_s: activity.ban_s }),
    GET_RUNSTATE: (_request, _origin, reply) => reply(0, state.runstate),
    SHUTDOWN(_request, origin, reply) {
      requested("shutdown", origin);
      reply(0);
      ports.shutdown(0, "requested by a client");
    },
  };
}

/** MODIFY_FLAGS (`cluster.md` 5.2): never about oneself, never the DISCONNECTED bit. */
function modifyFlags(ports: Ports, { pnn, newFlags }: FlagChange): number {
  const { state, log, recoveryMode, changed } = ports;
  const { nodes } = state;
  if (pnn === nodes.pnn) return 0;
  if (pnn >= nodes.size) return -1;
  const before = nodes.flags(pnn);
  if ((before & NodeFlag.DISCONNECTED) !== 0) return 0;
  if (!nodes.adopt(pnn, newFlags)) return 0;
  const after = nodes.flags(pnn);
  log.notice(`Flags of node ${pnn}: 0x${before.toString(16)} -> 0x${after.toString(16)}`);
  if (after === 0 && state.runstate <= RunState.STARTUP) {
    recoveryMode.enter(`node ${pnn} became healthy while this node starts`);
  }
  changed();
  return 0;
}

function setCapability(ports: Ports, capability: number, on: boolean): void {
  const { state, changed } = ports;
  state.setCapability(capability, on);
  changed();
}

function mapEntry({ pnn, flags, address }: MapEntry): NodeEntry {
  return { pnn, flags, address: parseSocketAddress(address, CTDB_PORT) };
}

function fileEntry({ pnn, address, deleted }: NodesFileEntry): NodeEntry {
  return mapEntry({
    pnn,
    flags: deleted ? NodeFlag.DELETED : 0,
    address: deleted ? "0.0.0.0" : address,
  });
}
