import { MAX_MEASURED_DATABASES } from "../../limits/mod.ts";
import type { AdminFacts } from "../facts/facts.ts";
import { gauge, histogramSamples, type MetricFamily } from "./exposition.ts";

/** Upper bounds of the classes that lock waits are counted in, in seconds (`records.md` 16.2). */
const LOCK_BOUNDS_S = [0.001, 0.01, 0.1, 1, 2, 4, 8, 16, 32, 64];

/** What this node has counted for each database. */
export async function databaseFamilies(facts: AdminFacts, pnn: number): Promise<MetricFamily[]> {
  const { current } = await facts.samples();
  const files = await facts.databaseFiles();
  const shown = current.databases.toSorted((a, b) => a.name.localeCompare(b.name))
    .slice(0, MAX_MEASURED_DATABASES);
  const counted = shown.flatMap(({ name, statistics }) => {
    const own = statistics.get(pnn);
    return own === undefined ? [] : [{ database: name, locks: own.locks }];
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
