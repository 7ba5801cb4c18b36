import { attachFile, DaemonConnection } from "../../lib/client/mod.ts";
import { recordValue, RecoveryMode } from "../../lib/wire/mod.ts";
import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import { within } from "../../testing/process/wait.ts";
import { untilRecovered, vnnGeneration } from "../scenarios/recovered.ts";
import { type ProcessUsage, usageOf } from "../support/process-usage.ts";

const WARM_UP_MS = 500;
const SAMPLE_MS = 600;
/** What `/proc` counts in is 10 ms: less than ten of them are no figure. */
const LEAST_CPU_US = 100_000;
const LONGEST_MS = 3000;
const PATIENCE_MS = 120_000;
const REST_MS = 1200;
const VALUE_BYTES = 100;

/** What a load came to. */
export interface LoadSample {
  readonly perSecond: number;
  /** Of all daemons with their helpers. */
  readonly cpu_us: number;
}

/** Lets `work` be done again and again by each of `workers`, and counts for a moment. */
export async function sampleLoad<T>(
  cluster: Cluster,
  workers: readonly T[],
  work: (worker: T, round: number) => Promise<unknown>,
): Promise<LoadSample> {
  let done = 0;
  let stopped = false;
  const loops = Promise.all(workers.map(async (worker) => {
    for (let round = 0; !stopped; round++) {
      await work(worker, round);
      done++;
    }
  }));
  loops.catch(() => {}); // Reported below.
  await Promise.race([loops, pause(WARM_UP_MS)]);
  const before = { done, cpu_us: usage(cluster).cpu_us, at_ms: performance.now() };
  let spent_us = 0;
  do {
    await Promise.race([loops, pause(SAMPLE_MS)]);
    spent_us = usage(cluster).cpu_us - before.cpu_us;
  } while (spent_us < LEAST_CPU_US && performance.now() - before.at_ms < LONGEST_MS);
  const count = done - before.done;
  const perSecond = count * 1000 / (performance.now() - before.at_ms);
  stopped = true;
  await within("the last of a load", loops, PATIENCE_MS);
  return { perSecond, cpu_us: spent_us / Math.max(1, count) };
}

/** A client that waits for as long as it takes. */
export function patientClient(node: ClusterNode): Promise<DaemonConnection> {
  return DaemonConnection.connect(node.socket, { timeout_ms: PATIENCE_MS });
}

/** What something takes, and what it takes of the daemons' CPU. */
interface Timed {
  readonly time_ms: number;
  readonly cpu_ms: number;
}

/** The median by time of so many recoveries. */
export async function timedRecovery(cluster: Cluster, times = 1): Promise<Timed> {
  const all: Timed[] = [];
  while (all.length < times) all.push(await oneRecovery(cluster));
  return all.sort((a, b) => a.time_ms - b.time_ms)[Math.floor(times / 2)]!;
}

/** A recovery that is asked for, from SET_RECMODE until all nodes work in the new generation. */
async function oneRecovery(cluster: Cluster): Promise<Timed> {
  const node = cluster.node(0);
  const client = await patientClient(node);
  const before = await vnnGeneration(node);
  // The pause after the last recovery (RerecoveryTimeout is 1 s), in which none may begin.
  await pause(REST_MS);
  const recovery = await timed(cluster, async () => {
    await client.control(node.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
    await untilRecovered(cluster, cluster.nodes, before);
  });
  client.close();
  return recovery;
}

/** Stores records of 100 bytes in a database, each on one node, which all get by the next recovery. */
export async function fillDatabase(cluster: Cluster, name: string, records: number): Promise<void> {
  for (const node of cluster.nodes) {
    const client = await patientClient(node);
    const { file } = await attachFile(client, name);
    const header = { rsn: 1n, dmaster: node.pnn, flags: 0 };
    const value = recordValue(header, new Uint8Array(VALUE_BYTES).fill(7));
    for (let at = node.pnn; at < records; at += cluster.nodes.length) {
      file.tdb.store(new TextEncoder().encode(`record ${at}`), value);
    }
    file.close();
    client.close();
  }
  await timedRecovery(cluster);
}

/** What the daemons have used. */
export function usage(cluster: Cluster): ProcessUsage {
  return usageOf(cluster.nodes.map((node) => node.pid));
}

/** How long something takes, and what it takes of the daemons' CPU. */
export async function timed(
  cluster: Cluster,
  work: () => Promise<unknown>,
): Promise<Timed> {
  const before = usage(cluster);
  const start_ms = performance.now();
  await work();
  const time_ms = performance.now() - start_ms;
  return { time_ms, cpu_ms: (usage(cluster).cpu_us - before.cpu_us) / 1000 };
}

/** Waits without doing anything. */
export function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
