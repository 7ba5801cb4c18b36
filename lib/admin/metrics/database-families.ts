import { MAX_MEASURED_DATABASES } from "../../limits/mod.ts";
import type { AdminFacts } from "../facts/facts.ts";
import type { DbStatistics } from "../../wire/mod.ts";
import { gauge, histogramSamples, type MetricFamily } from "./exposition.ts";

/** Upper bounds of the classes that lock waits are counted in, in seconds (`records.md` 16.2). */
const LOCK_BOUNDS_S = [0.001, 0.01, 0.1, 1, 2, 4, 8, 16, 32, 64];

/** Calls are counted by the powers of two of their hops (`records.md` 16.2); beyond it is one class. */
const HOP_BOUNDS = [0, 1, 3, 7, 15];

/** Only buckets: nobody knows the sum of what was counted by classes. */
function hopSamples(classes: readonly number[], labels: Readonly<Record<string, string>>) {
  const total = classes.reduce((sum, count) => sum + count, 0);
  return histogramSamples(HOP_BOUNDS, classes, 0, total, labels)
    .filter(({ suffix }) => suffix === "_bucket");
}

/** What this node has counted for each database. */
export async function databaseFamilies(facts: AdminFacts, pnn: number): Promise<MetricFamily[]> {
  const { current } = await facts.samples();
  const files = await facts.databaseFiles();
  const shown = current.databases.toSorted((a, b) => a.name.localeCompare(b.name))
    .slice(0, MAX_MEASURED_DATABASES);
  const counted = shown.flatMap(({ name, statistics }) => {
    const own = statistics.get(pnn);
    return own === undefined
      ? []
      : [{ database: name, locks: own.locks, hops: own.hopCountBucket }];
  });
  return [
    gauge("ctdb_databases", "Databases that are attached.", [{ value: current.databases.length }]),
    gauge(
      "ctdb_database_bytes",
      "Size of a database's file on this node.",
      shown.flatMap(({ id, name }) => {
        const bytes = files.get(id)?.bytes ?? null;
        return bytes === null ? [] : [{ labels: { database: name }, value: bytes }];
      }),
    ),
    gauge(
      "ctdb_database_healthy",
      "Whether a database can be used on this node.",
      shown.map(({ id, name }) => ({
        labels: { database: name },
        value: (files.get(id)?.health ?? null) === null ? 1 : 0,
      })),
    ),
    gauge(
      "ctdb_record_lock_waiters",
      "Requests that wait for a lock of a database.",
      counted.map(({ database, locks }) => ({
        labels: { database },
        value: locks.numPending + locks.numCurrent,
      })),
    ),
    ...histogramFamilies(counted),
  ];
}

/** What is counted by classes. */
function histogramFamilies(
  counted: readonly (Pick<DbStatistics, "locks"> & {
    readonly database: string;
    readonly hops: readonly number[];
  })[],
): MetricFamily[] {
  return [
    {
      name: "ctdb_call_hops",
      type: "histogram",
      help: "How often calls of clients that arrived here had been sent on from node to node.",
      samples: counted.flatMap(({ database, hops }) => hopSamples(hops, { database })),
    },
    {
      name: "ctdb_record_lock_wait_seconds",
      type: "histogram",
      help: "How long requests for locks waited that were not free.",
      samples: counted.flatMap(({ database, locks }) =>
        histogramSamples(
          LOCK_BOUNDS_S,
          locks.buckets,
          locks.latency.total_s,
          locks.latency.num,
          { database },
        )
      ),
    },
  ];
}
