import { ConnectionError, DaemonConnection } from "../../../lib/client/mod.ts";
import { NodeFlag, type SocketAddress } from "../../../lib/wire/mod.ts";
import type { Call } from "../call.ts";
import { gatherCluster } from "./cluster-facts.ts";
import type { ClusterFacts, ClusterLockFacts, DaemonState, Facts, ProbeResult } from "./facts.ts";
import { testLocks } from "./lock-test.ts";
import { type BareMachine, gatherMachine } from "./machine-facts.ts";
import { probe } from "./probes.ts";
import { gatherScripts } from "./script-facts.ts";

/** How one answer may take: a node that needs longer has a problem that is worth a finding. */
const PATIENCE_MS = 5000;
const WATCH_LOCKS_MS = 600;
/** More than that many nodes are not tried one by one. */
const MAX_PROBES = 64;

/** What takes time and is left out of a quick look. */
export interface Thoroughness {
  readonly quick: boolean;
}

/** Gathers everything that the checks look at. Changes nothing but a file for testing locks. */
export async function gather(call: Call, { quick }: Thoroughness): Promise<Facts> {
  const bare = await gatherMachine(call.paths);
  const [{ daemon, cluster }, scripts, clusterLock] = await Promise.all([
    askDaemon(call, quick),
    gatherScripts(call.paths.eventdSocket),
    quick ? bare.clusterLock : withTest(call, bare.clusterLock),
  ]);
  const probes = await probeAll(probeTargets(bare, cluster));
  const machine = { ...bare, clusterLock, probes };
  return { machine, daemon, ...(cluster === undefined ? {} : { cluster }), scripts };
}

async function askDaemon(
  call: Call,
  quick: boolean,
): Promise<{ daemon: DaemonState; cluster?: ClusterFacts }> {
  const timeout_ms = Math.min(call.timeLimit_ms, PATIENCE_MS);
  const { signal } = call;
  try {
    const path = call.paths.ctdbdSocket;
    await using client = await DaemonConnection.connect(path, { timeout_ms, signal });
    const watchLocks_ms = quick ? 0 : WATCH_LOCKS_MS;
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

async function withTest(call: Call, lock: ClusterLockFacts): Promise<ClusterLockFacts> {
  if (lock.path === undefined || lock.hangs === true) return lock;
  const { selfCommand } = await import("../../../lib/daemon/mod.ts");
  const directory = lock.path.slice(0, lock.path.lastIndexOf("/")) || "/";
  const command = selfCommand("ping_pong");
  return { ...lock, test: await testLocks(call.io, command, directory, call.signal) };
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
  return new Map([...targets].slice(0, MAX_PROBES));
}

async function probeAll(
  targets: ReadonlyMap<number, SocketAddress>,
): Promise<ReadonlyMap<number, ProbeResult>> {
  const results = [...targets].map(async ([pnn, address]) => [pnn, await probe(address)] as const);
  return new Map(await Promise.all(results));
}
