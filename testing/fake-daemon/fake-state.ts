import {
  type Interface,
  type LiveControlName,
  NodeFlag,
  RunState,
  type Statistics,
  type Uptime,
} from "../../lib/wire/mod.ts";

/** A node as the fake daemon describes it. */
export interface FakeNode {
  /** 0, or bits as the protocol has them. */
  flags: number;
  /** How the nodes reach it. */
  address: string;
}

/** A database as the fake daemon describes it. */
export interface FakeDatabase {
  /** As the protocol knows it. */
  id: number;
  /** What it is called. */
  name: string;
  /** Bits as the protocol has them. */
  flags: number;
  /** Why it is unhealthy; `null` if it is not. */
  health: string | null;
  /** Its sequence number. */
  seqnum: bigint;
}

/** A record that a traverse finds. */
export interface FakeRecord {
  /** What it is called. */
  readonly key: Uint8Array;
  /** Its data. */
  readonly value: Uint8Array;
  /** Its sequence number; 3 by default. */
  readonly rsn?: bigint;
}

/** A control that does not work, on one node or on all. */
export interface Fault {
  /** Which control. */
  readonly control: LiveControlName;
  /** On which node; on all by default. */
  readonly pnn?: number;
  /** "silent": it is never answered. */
  readonly how: "error" | "silent";
}

/** Everything that the fake daemon answers with; commands change it. */
export interface FakeState {
  /** The number of the node that it is. */
  readonly pnn: number;
  /** All nodes, by their numbers. */
  nodes: FakeNode[];
  /** How far the node has come in its life. */
  runState: number;
  /** That of the last recovery. */
  generation: number;
  /** The nodes that locate records. */
  vnnMap: number[];
  /** 0, or 1 while it recovers. */
  recoveryMode: number;
  /** 0xFFFFFFFF: nobody says that it leads. */
  leader: number;
  /** Those of every node. */
  interfaces: Interface[];
  /** The public addresses; 0xFFFFFFFF has none of the nodes. */
  publicIps: { address: string; pnn: number }[];
  /** What is attached. */
  databases: FakeDatabase[];
  /** What traverses find, by database id; one record of no meaning where there is nothing. */
  records: Map<number, readonly FakeRecord[]>;
  /** The setting of the cluster lock. */
  clusterLock: string | null;
  /** Those that differ from their defaults. */
  tunables: Map<string, number>;
  /** Bits as the protocol has them. */
  capabilities: number;
  /** How much it logs. */
  debugLevel: number;
  /** When it has started and recovered. */
  uptime: Uptime;
  /** What it has counted. */
  statistics: Statistics;
  /** Connections to public addresses. */
  tickles: { source: string; destination: string }[];
  /** What GET_NODES_FILE answers where it is not the node map: addresses, `#` for deleted ones. */
  nodesFiles: Map<number, readonly string[] | null>;
  /** What does not work. */
  faults: Fault[];
}

const latency = { num: 2, min_s: 0.25, max_s: 0.75, total_s: 1 };
const buckets = [1, ...new Array<number>(15).fill(0)];

/** Three nodes that are well, 192.168.20.41 to 43, seen from node 0. */
export function healthyState(): FakeState {
  return {
    pnn: 0,
    nodes: [41, 42, 43].map((host) => ({ flags: 0, address: `192.168.20.${host}` })),
    runState: RunState.RUNNING,
    generation: 654321,
    vnnMap: [],
    recoveryMode: 0,
    leader: 0,
    interfaces: [
      { name: "eth2", linkUp: true, references: 2 },
      { name: "eth1", linkUp: true, references: 4 },
    ],
    publicIps: [],
    databases: [],
    records: new Map(),
    clusterLock: "/some/place/on/shared/storage",
    tunables: new Map(),
    capabilities: 0x3,
    debugLevel: 5,
    uptime: {
      currentTime: 1_795_329_000_000_000n,
      ctdbdStartTime: 1_795_320_000_000_000n,
      lastRecoveryStarted: 1_795_321_000_000_000n,
      lastRecoveryFinished: 1_795_321_000_543_689n,
    },
    statistics: fakeStatistics(),
    tickles: [],
    nodesFiles: new Map(),
    faults: [],
  };
}

/** The state with the flags of some nodes set. */
export function withFlags(flags: Readonly<Record<number, number>>): FakeState {
  const state = healthyState();
  for (const [pnn, bits] of Object.entries(flags)) state.nodes[Number(pnn)]!.flags = bits;
  return state;
}

/** The state in which one control does not work. */
export function withFault(
  control: LiveControlName,
  pnn?: number,
  how: Fault["how"] = "error",
): FakeState {
  const state = healthyState();
  state.faults.push(pnn === undefined ? { control, how } : { control, pnn, how });
  return state;
}

/** The state of the one captured cluster that has everything. */
export function richState(): FakeState {
  const database = (id: number, name: string, flags: number, seqnum = 0n) => ({
    id,
    name,
    flags,
    health: null,
    seqnum,
  });
  return {
    ...healthyState(),
    vnnMap: [0, 2],
    publicIps: [
      { address: "10.0.0.31", pnn: 0 },
      { address: "10.0.0.32", pnn: 0xffffffff },
      { address: "10.0.0.33", pnn: 2 },
      { address: "fd00::5357:5f01", pnn: 2 },
      { address: "fd00::5357:5f02", pnn: 1 },
    ],
    databases: [
      database(0x7a19d84d, "locking.tdb", 0x02),
      database(0x4e66c2b2, "brlock.tdb", 0x04),
      database(0x4d2a432b, "g_lock.tdb", 0),
      database(0x7132c184, "secrets.tdb", 0x01),
      database(0x6cf2837d, "registry.tdb", 0x01, 0x2an),
      database(0xbec75f0b, "ctdb-conn.tdb", 0x08, 0x17n),
    ],
  };
}

/** Whether a node can be talked to: one that is deleted may still run. */
export function isReachable(state: FakeState, pnn: number): boolean {
  const flags = state.nodes[pnn]?.flags ?? NodeFlag.DISCONNECTED;
  return (flags & NodeFlag.DISCONNECTED) === 0;
}

function fakeStatistics(): Statistics {
  return {
    numClients: 3,
    frozen: 0,
    recovering: 0,
    clientPacketsSent: 11,
    clientPacketsRecv: 12,
    nodePacketsSent: 13,
    nodePacketsRecv: 14,
    keepalivePacketsSent: 15,
    keepalivePacketsRecv: 16,
    node: {
      reqCall: 21,
      replyCall: 22,
      reqDmaster: 23,
      replyDmaster: 24,
      replyError: 25,
      reqMessage: 26,
      reqControl: 27,
      replyControl: 28,
      reqTunnel: 29,
    },
    client: { reqCall: 31, reqMessage: 32, reqControl: 33, reqTunnel: 34 },
    timeouts: { call: 41, control: 42, traverse: 43 },
    reclock: { ctdbd: latency, recd: latency },
    locks: { numCalls: 51, numCurrent: 52, numPending: 53, numFailed: 54, latency, buckets },
    totalCalls: 61,
    pendingCalls: 62,
    childwriteCalls: 63,
    pendingChildwriteCalls: 64,
    memoryUsed: 65,
    lastCounter: 66,
    maxHopCount: 67,
    hopCountBucket: buckets,
    callLatency: latency,
    childwriteLatency: latency,
    numRecoveries: 71,
    statisticsStartTime: 1_795_320_000_000_000n,
    statisticsCurrentTime: 1_795_329_000_000_000n,
    totalRoDelegations: 81,
    totalRoRevokes: 82,
  };
}
