import type { NodeDocument } from "../facts/node.ts";
import type { SeriesRow } from "./history.ts";

/** What is sampled once a minute. Counters are as they stand; whoever shows them makes rates. */
export const SERIES_COLUMNS: readonly string[] = [
  "time",
  "nodes_ok",
  "clients",
  "calls",
  "migrations",
  "locks_waiting",
  "lock_wait_s",
  "recoveries",
  "memory_bytes",
  "core_ping_s",
];

/** One row of the series. */
export function seriesRow(facts: NodeDocument, ping_s: number | null, now_ms: number): SeriesRow {
  const { statistics, nodes } = facts;
  return [
    Math.floor(now_ms / 1000),
    nodes.filter(({ flags }) => flags === 0).length,
    statistics.numClients,
    statistics.totalCalls,
    statistics.node.reqDmaster + statistics.node.replyDmaster,
    statistics.locks.numPending + statistics.locks.numCurrent,
    statistics.locks.latency.total_s,
    statistics.numRecoveries,
    statistics.memoryUsed,
    ping_s,
  ];
}
