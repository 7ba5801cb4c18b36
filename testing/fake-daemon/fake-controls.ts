import { openTdb } from "../../lib/tdb/mod.ts";
import {
  type ControlReply,
  type ControlRequest,
  databaseId,
  DbFlag,
  defaultTunables,
  findTunable,
  type LiveControlName,
  type NodeEntry,
  NodeFlag,
  parseSocketAddress,
  tunableListOrder,
  UNKNOWN_PNN,
} from "../../lib/wire/mod.ts";
import type { FakeDatabase, FakeState } from "./fake-state.ts";

/** The status of an answer that says no. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status = -1) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** What a handler knows. */
export interface FakeCall {
  readonly state: FakeState;
  /** The node that the control is for. */
  readonly pnn: number;
  /** Holds the files of databases and the node list. */
  readonly directory: string;
}

type Handlers = {
  readonly [N in LiveControlName]?: (
    request: ControlRequest<N>,
    call: FakeCall,
  ) => ControlReply<N>;
};

/** How the fake daemon answers; a control without a handler is refused. */
export const fakeControls: Handlers = {
  GET_PNN: (_, { state }) => state.pnn,
  GET_NODEMAP: (_, { state }) => nodeMapOf(state),
  GET_RUNSTATE: (_, { state }) => state.runState,
  GETVNNMAP: (_, { state }) => ({ generation: state.generation, map: state.vnnMap }),
  GET_RECMODE: (_, { state }) => state.recoveryMode,
  // The recovery is over before anybody can look.
  SET_RECMODE: (_, { state }) => void state.generation++,
  REGISTER_SRVID: () => undefined,
  DEREGISTER_SRVID: () => undefined,
  PING: () => 2,
  GET_PID: () => 4711,
  UPTIME: (_, { state }) => state.uptime,
  STATISTICS: (_, { state }) => state.statistics,
  STATISTICS_RESET: () => undefined,
  GET_STAT_HISTORY: (_, { state }) => [state.statistics, state.statistics],
  GET_DB_STATISTICS: (_, { state: { statistics } }) => ({
    locks: statistics.locks,
    vacuum: { latency: statistics.callLatency },
    dbRoDelegations: 1,
    dbRoRevokes: 2,
    hopCountBucket: statistics.hopCountBucket,
    hotKeys: Array.from({ length: 10 }, (_, i) => ({
      count: i === 0 ? 5 : 0,
      key: i === 0 ? new TextEncoder().encode("key1") : new Uint8Array(),
    })),
  }),
  GET_CAPABILITIES: (_, { state }) => state.capabilities,
  GET_DEBUG: (_, { state }) => state.debugLevel,
  SET_DEBUG: (level, { state }) => void (state.debugLevel = level),
  GET_RECLOCK_FILE: (_, { state }) => state.clusterLock,
  DUMP_MEMORY: () => "all memory",
  PROCESS_EXISTS: () => {
    throw new Refusal();
  },
  LIST_TUNABLES: () => tunableListOrder,
  GET_TUNABLE: (name, { state }) => {
    const info = findTunable(name);
    if (info === undefined) throw new Refusal();
    return state.tunables.get(info.name) ?? defaultTunables[info.name];
  },
  GET_ALL_TUNABLES: (_, { state }) => ({
    ...defaultTunables,
    ...Object.fromEntries(state.tunables),
  }),
  SET_TUNABLE: ({ name, value }, { state }) => {
    const info = findTunable(name);
    if (info === undefined) throw new Refusal();
    state.tunables.set(info.name, value);
    return 0;
  },
  GET_IFACES: (_, { state }) => state.interfaces,
  SET_IFACE_LINK_STATE: ({ name, linkUp }, { state }) => {
    const known = (one: { name: string }) => one.name === name;
    state.interfaces = state.interfaces.map((one) => known(one) ? { ...one, linkUp } : one);
  },
  GET_PUBLIC_IPS: (_, { state }) => state.publicIps.map(publicIp),
  GET_PUBLIC_IP_INFO: ({ address }, { state }) => {
    const found = state.publicIps.find((ip) => ip.address === address);
    if (found === undefined) throw new Refusal();
    return { ip: publicIp(found), activeIndex: 0, interfaces: state.interfaces };
  },
  GET_TCP_TICKLE_LIST: (address, { state }) => ({
    address,
    connections: state.tickles.map(({ source, destination }) => ({
      src: parseSocketAddress(source, 50001),
      dst: parseSocketAddress(destination, 445),
    })),
  }),
  DISABLE_NODE: (_, call) => setFlag(call, NodeFlag.PERMANENTLY_DISABLED, true),
  ENABLE_NODE: (_, call) => setFlag(call, NodeFlag.PERMANENTLY_DISABLED, false),
  STOP_NODE: (_, call) => setFlag(call, NodeFlag.STOPPED, true),
  CONTINUE_NODE: (_, call) => setFlag(call, NodeFlag.STOPPED, false),
  SET_BAN_STATE: ({ time_s }, call) => setFlag(call, NodeFlag.BANNED, time_s > 0),
  SHUTDOWN: () => undefined,
  GET_DBMAP: (_, { state }) => state.databases.map(({ id, flags }) => ({ dbId: id, flags })),
  GET_DBNAME: (id, { state }) => databaseOf(state, id).name,
  GETDBPATH: (id, call) => pathOf(call, databaseOf(call.state, id).name),
  DB_GET_HEALTH: (id, { state }) => databaseOf(state, id).health,
  GET_DB_SEQNUM: (id, { state }) => databaseOf(state, id).seqnum,
  DB_OPEN_FLAGS: () => 0,
  TRAVERSE_START_EXT: () => undefined,
  DB_ATTACH: (name, call) => attach(call, name, 0),
  DB_ATTACH_PERSISTENT: (name, call) => attach(call, name, DbFlag.PERSISTENT),
  SET_DB_READONLY: () => undefined,
  SET_DB_STICKY: () => undefined,
  GET_NODES_FILE: (_, { state, pnn }) => {
    const lines = state.nodesFiles.get(pnn);
    if (lines === null) throw new Refusal();
    return lines === undefined ? nodeMapOf(state) : lines.map(nodeOfLine);
  },
  // Every node reads what node 0 has in its file.
  RELOAD_NODES_FILE: (_, { state }) => {
    const lines = state.nodesFiles.get(0) ?? [];
    state.nodes = lines.map(nodeOfLine).map(({ flags, address }) => ({
      flags,
      address: address.address,
    }));
  },
};

function nodeMapOf({ nodes }: FakeState): NodeEntry[] {
  return nodes.map(({ flags, address }, pnn) => ({
    pnn,
    flags,
    address: parseSocketAddress(address, 4379),
  }));
}

function nodeOfLine(line: string, pnn: number): NodeEntry {
  const deleted = line.startsWith("#");
  return {
    pnn,
    flags: deleted ? NodeFlag.DELETED : 0,
    address: parseSocketAddress(deleted ? "0.0.0.0" : line, 4379),
  };
}

function publicIp({ address, pnn }: { address: string; pnn: number }) {
  return { pnn: pnn < 0 ? UNKNOWN_PNN : pnn, address: parseSocketAddress(address) };
}

function setFlag({ state, pnn }: FakeCall, flag: number, on: boolean): undefined {
  const node = state.nodes[pnn]!;
  node.flags = on ? node.flags | flag : node.flags & ~flag;
}

function databaseOf(state: FakeState, id: number): FakeDatabase {
  const found = state.databases.find((db) => db.id === id);
  if (found === undefined) throw new Refusal();
  return found;
}

function pathOf({ directory }: FakeCall, name: string): string {
  return `${directory}/var/db/${name}`;
}

function attach(call: FakeCall, name: string, flags: number): number {
  const id = databaseId(name);
  if (!call.state.databases.some((db) => db.id === id)) {
    call.state.databases.unshift({ id, name, flags, health: null, seqnum: 0n });
  }
  createFile(pathOf(call, name));
  return id;
}

/** Makes an empty database where there is no file yet. */
function createFile(path: string): void {
  try {
    Deno.statSync(path);
  } catch {
    openTdb(path).close();
  }
}
