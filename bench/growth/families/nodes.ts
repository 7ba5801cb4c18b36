import process from "node:process";
import { MemoryStorage } from "../../../lib/records/mod.ts";
import { encodeControlRequest, RecoveryMode } from "../../../lib/wire/mod.ts";
import { Cluster, type DaemonKind } from "../../../testing/cluster/cluster.ts";
import { CoreCluster } from "../../../testing/core-cluster.ts";
import { controlFrame } from "../../../testing/core-ring.ts";
import { attempt, eachSize, type GrowthFamily, sizesOf, type Values } from "../growth-family.ts";
import { fillDatabase, timedRecovery } from "../sample.ts";

/** As many as this machine carries. */
const REAL = [3, 4, 5];
const SIMULATED = [3, 4, 8, 16, 32, 64];
const SHORT = 8;
const DATABASE = "growth_nodes.tdb";
const RECORDS = 1000;
const RECOVERIES = 3;
/** Virtual time: a recovery is over by then, and the leader has not looked round again. */
const RECOVERY_MS = 900;
const MINUTE_MS = 60_000;
/** Only the smallest are over so soon that once is too little to go by. */
const LEAST_CPU_MS = 100;

/** Real nodes on this machine, and cores in one process: no sockets, no disks, virtual time. */
export const nodes: GrowthFamily = {
  name: "nodes",
  title: "Nodes of a cluster, real and (simulated)",
  size: "nodes",
  quantities: [
    { name: "recovery", unit: "ms", power: 1 },
    { name: "CPU of a recovery, a node", unit: "ms", power: 1 },
    { name: "packets of a recovery", unit: "a node", power: 1 },
    { name: "controls of a recovery", unit: "a node", power: 1 },
    { name: "CPU of a start with its election, a node", unit: "ms", power: 1 },
    { name: "packets of a start", unit: "a node", power: 1 },
    { name: "CPU at rest, a node", unit: "ms/min", power: 1 },
    { name: "packets at rest", unit: "a node and min", power: 1 },
  ],
  async *measure(setup) {
    simulated(SIMULATED[0]!); // Then everything that is hot is compiled.
    for (const size of sizesOf(setup, SIMULATED, SHORT)) {
      yield await attempt("ours, simulated", size, () => Promise.resolve(simulated(size)));
    }
    yield* eachSize(setup, sizesOf(setup, REAL, 3), real);
  },
};

async function real(kind: DaemonKind, size: number): Promise<Values> {
  await using cluster = await Cluster.start({
    nodes: new Array<DaemonKind>(size).fill(kind),
    clusterLock: false,
    tunables: { RerecoveryTimeout: 1 },
  });
  await fillDatabase(cluster, DATABASE, RECORDS);
  const { time_ms, cpu_ms } = await timedRecovery(cluster, RECOVERIES);
  return { "recovery": time_ms, "CPU of a recovery, a node": cpu_ms / size };
}

/** All of it by one process: what each node takes is the mean. */
function simulated(size: number): Values {
  const cluster = new CoreCluster(
    size,
    (pnn, _defer, clock) => new MemoryStorage({ pnn, clock }),
  );
  const start = spent(cluster, () => cluster.start());
  const client = cluster.connect(0, () => {});
  const attach = encodeControlRequest("DB_ATTACH", DATABASE);
  client.send(controlFrame(0, "DB_ATTACH", attach));
  cluster.settle(MINUTE_MS);
  const rest = often(() => spent(cluster, () => cluster.settle(MINUTE_MS)));
  const active = encodeControlRequest("SET_RECMODE", RecoveryMode.ACTIVE);
  const recovery = often(() => {
    // None may begin for a while after the last.
    cluster.settle(MINUTE_MS);
    return spent(cluster, () => {
      client.send(controlFrame(0, "SET_RECMODE", active));
      cluster.settle(RECOVERY_MS);
    });
  });
  const generations = new Set(cluster.nodes.map(({ state }) => state.generation));
  if (generations.size !== 1) throw new Error(`recover ${size} nodes: they are not one cluster`);
  return {
    "CPU of a recovery, a node": recovery.cpu_ms / size,
    "packets of a recovery": recovery.frames / size,
    "controls of a recovery": recovery.controls / size,
    "CPU of a start with its election, a node": start.cpu_ms / size,
    "packets of a start": start.frames / size,
    "CPU at rest, a node": rest.cpu_ms / size,
    "packets at rest": rest.frames / size,
  };
}

interface Spent {
  readonly cpu_ms: number;
  readonly frames: number;
  readonly controls: number;
}

/** The CPU of this process, and what the nodes sent each other. */
function spent(cluster: CoreCluster, work: () => void): Spent {
  const { frames, controls } = cluster.traffic;
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return {
    cpu_ms: (user + system) / 1000,
    frames: cluster.traffic.frames - frames,
    controls: cluster.traffic.controls - controls,
  };
}

/** The mean of as many times as it takes to be sure of it. */
function often(work: () => Spent): Spent {
  const all: Spent[] = [];
  const mean = (of: keyof Spent) => all.reduce((sum, one) => sum + one[of], 0) / all.length;
  do all.push(work()); while (all.length < 10 && mean("cpu_ms") * all.length < LEAST_CPU_MS);
  return { cpu_ms: mean("cpu_ms"), frames: mean("frames"), controls: mean("controls") };
}
