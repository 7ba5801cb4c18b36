import type { Paths } from "../config/mod.ts";
import { ConnectionError, DaemonConnection } from "../client/mod.ts";
import { MAX_PROBED_NODES } from "../limits/mod.ts";
import { NodeFlag, type SocketAddress } from "../wire/mod.ts";
import { gatherCluster } from "./cluster-facts.ts";
import type {
  ClusterFacts,
  ClusterLockFacts,
  DaemonState,
  Facts,
  LockTestResult,
  ProbeResult,
} from "./facts.ts";
import { type BareMachine, gatherMachine } from "./machine-facts.ts";
import { probe } from "./probes.ts";
import { gatherScripts } from "./script-facts.ts";

/** How one answer may take: a node that needs longer has a problem that is worth a finding. */
const PATIENCE_MS = 5000;
const WATCH_LOCKS_MS = 600;

/** Where to look, and how thoroughly. */
export interface GatherOptions {
  readonly paths: Paths;
  /** How long one control may take. */
  readonly timeLimit_ms: number;
  readonly signal: AbortSignal;
  /** Whether locks in databases are watched for a while. */
  readonly watchLocks: boolean;
  /** Whether somebody's lock on the file of the cluster lock is seen from here. */
  readonly isSeenLocked: (path: string) => boolean | undefined;
  /** Tries locks in a directory; a quick look leaves that out. */
  readonly testLocks?: (directory: string) => Promise<LockTestResult>;
}

/** Gathers everything that the checks look at. Changes nothing but a file for testing locks. */
export async function gather(options: GatherOptions): Promise<Facts> {
  const bare = await gatherMachine(options.paths, options.isSeenLocked);
  const [{ daemon, cluster }, scripts, clusterLock] = await Promise.all([
    askDaemon(options),
    gatherScripts(options.paths.eventdSocket),
    withTest(options.testLocks, bare.clusterLock),
  ]);
  const probes = await probeMissing(bare, cluster);
  const machine = { ...bare, clusterLock, probes };
  return { machine, daemon, ...(cluster === undefined ? {} : { cluster }), scripts };
}

/** A connection to the port of each node that the daemon, or this machine, cannot be sure of. */
export function probeMissing(
  machine: BareMachine,
  cluster: ClusterFacts | undefined,
): Promise<ReadonlyMap<number, ProbeResult>> {
  return probeAll(probeTargets(machine, cluster));
}

async function askDaemon(
  { paths, timeLimit_ms, signal, watchLocks }: GatherOptions,
): Promise<{ daemon: DaemonState; cluster?: ClusterFacts }> {
  const timeout_ms = Math.min(timeLimit_ms, PATIENCE_MS);
  try {
    const path = paths.ctdbdSocket;
    await using client = await DaemonConnection.connect(path, { timeout_ms, signal });
    const watchLocks_ms = watchLocks ? WATCH_LOCKS_MS : 0;
    const cluster = await gatherCluster(client, { timeout_ms, watchLocks_ms, signal });
    return { daemon: { kind: "answers", pnn: client.pnn }, cluster };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    const { errno, message } = error;
    return {
      daemon: errno === 0 ? { kind: "silent", message } : { kind: "absent", errno, message },
    };
  }
}

async function withTest(
  testLocks: GatherOptions["testLocks"],
  lock: ClusterLockFacts,
): Promise<ClusterLockFacts> {
  if (testLocks === undefined || lock.path === undefined || lock.hangs === true) return lock;
  const directory = lock.path.slice(0, lock.path.lastIndexOf("/")) || "/";
  return { ...lock, test: await testLocks(directory) };
}

/** Nodes that the daemon cannot reach; all others if there is no daemon to say so. */
function probeTargets(
  { nodes, ownPnns }: BareMachine,
  cluster: ClusterFacts | undefined,
): ReadonlyMap<number, SocketAddress> {
  const targets = new Map<number, SocketAddress>();
  if (cluster !== undefined) {
    for (const { pnn, flags, address } of cluster.nodes) {
      const gone = (flags & NodeFlag.DISCONNECTED) !== 0 && (flags & NodeFlag.DELETED) === 0;
      if (gone) targets.set(pnn, address);
    }
  } else if ("value" in nodes) {
    for (const { pnn, deleted, address } of nodes.value) {
      if (!deleted && !ownPnns.includes(pnn)) targets.set(pnn, address);
    }
  }
  return new Map([...targets].slice(0, MAX_PROBED_NODES));
}

async function probeAll(
  targets: ReadonlyMap<number, SocketAddress>,
): Promise<ReadonlyMap<number, ProbeResult>> {
  const results = [...targets].map(async ([pnn, address]) => [pnn, await probe(address)] as const);
  return new Map(await Promise.all(results));
}
