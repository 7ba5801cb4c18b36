import {
  type DbStatistics,
  INVALID_GENERATION,
  type LockStatistics,
  type Statistics,
} from "../wire/mod.ts";
import type { Sample, SampledAddress, SampledDatabase, SampledNode } from "./sample.ts";

/** How locks that were not free were waited for. */
export interface LockFigures {
  /** Granted in each second between the samples. */
  readonly locks_per_s: number;
  /** Mean wait of those that were granted between the samples; absent when there were none. */
  readonly lockWait_ms?: number;
  /** Longest wait since the statistics were reset. */
  readonly lockMax_ms: number;
  /** Requests that wait now. */
  readonly lockPending: number;
}

/** What a node counted. */
export interface NodeFigures extends LockFigures {
  readonly clients: number;
  /** Calls of the node's clients in each second. */
  readonly calls_per_s: number;
  /**
   * Records that were handed over to or through the node in each second: a migration is counted at
   * the lmaster (REQ_DMASTER) and at the new owner (REPLY_DMASTER) if that is another node.
   */
  readonly migrations_per_s: number;
  readonly pendingCalls: number;
  readonly recoveries: number;
}

/** A node in the picture; without figures when it does not answer. */
export interface NodeRow {
  readonly pnn: number;
  readonly address: string;
  readonly flags: number;
  readonly figures?: NodeFigures;
}

/** A database in the picture: the nodes that are looked at, added up. */
export interface DatabaseRow extends LockFigures {
  readonly id: number;
  readonly name: string;
  readonly flags: number;
  /** Calls that came from other nodes in each second: those that a record was needed for. */
  readonly calls_per_s: number;
}

/** A record that moves often. */
export interface HotKeyRow {
  readonly database: string;
  readonly key: Uint8Array;
  /** The node that it came to. */
  readonly pnn: number;
  /** How often within the busiest second since the statistics were reset. */
  readonly count: number;
}

/** Everything that a frame shows. */
export interface TopModel {
  readonly asked: number;
  /** `undefined`: nobody said so yet. */
  readonly leader: number | undefined;
  readonly recovering: boolean;
  /** `undefined` before the first recovery. */
  readonly generation: number | undefined;
  /** Whether there were two samples to tell rates from. */
  readonly hasRates: boolean;
  /** The node whose databases are shown; `undefined`: all together. */
  readonly node: number | undefined;
  readonly nodes: readonly NodeRow[];
  readonly databases: readonly DatabaseRow[];
  /** The hottest first. */
  readonly hotKeys: readonly HotKeyRow[];
  /** Those that nobody hosts first. */
  readonly addresses: readonly SampledAddress[];
}

/** What happened between `previous` and `current`, for the databases of `node` or of all nodes. */
export function topModel(
  previous: Sample | undefined,
  current: Sample,
  leader: number | undefined,
  node?: number,
): TopModel {
  const elapsed_s = previous === undefined ? 0 : (current.at_ms - previous.at_ms) / 1000;
  const { generation } = current.vnnMap;
  return {
    asked: current.asked,
    leader,
    recovering: current.recovering,
    generation: generation === INVALID_GENERATION ? undefined : generation,
    hasRates: elapsed_s > 0,
    node,
    nodes: current.nodes.map((one) =>
      nodeRow(previous?.nodes.find(({ pnn }) => pnn === one.pnn), one, elapsed_s)
    ),
    databases: current.databases.map((one) =>
      databaseRow(previous?.databases.find(({ id }) => id === one.id), one, elapsed_s, node)
    ),
    hotKeys: hotKeys(current.databases, node),
    addresses: current.addresses.toSorted(byNeed),
  };
}

function nodeRow(before: SampledNode | undefined, now: SampledNode, elapsed_s: number): NodeRow {
  const { pnn, address, flags, statistics } = now;
  if (statistics === undefined) return { pnn, address, flags };
  return { pnn, address, flags, figures: nodeFigures(before?.statistics, statistics, elapsed_s) };
}

function nodeFigures(
  before: Statistics | undefined,
  now: Statistics,
  elapsed_s: number,
): NodeFigures {
  const rate = (count: (of: Statistics) => number) => rateOf(before, now, count, elapsed_s);
  return {
    ...lockFigures([{ before: before?.locks, now: now.locks }], elapsed_s),
    clients: now.numClients,
    calls_per_s: rate((of) => of.totalCalls),
    migrations_per_s: rate((of) => of.node.reqDmaster + of.node.replyDmaster),
    pendingCalls: now.pendingCalls,
    recoveries: now.numRecoveries,
  };
}

function databaseRow(
  before: SampledDatabase | undefined,
  now: SampledDatabase,
  elapsed_s: number,
  node: number | undefined,
): DatabaseRow {
  const pairs = [...now.statistics]
    .filter(([pnn]) => node === undefined || pnn === node)
    .map(([pnn, statistics]) => ({ before: before?.statistics.get(pnn), now: statistics }));
  const calls = (of: DbStatistics) => of.hopCountBucket.reduce((sum, count) => sum + count, 0);
  const rates = pairs.map((pair) => rateOf(pair.before, pair.now, calls, elapsed_s));
  const locks = pairs.map((pair) => ({ before: pair.before?.locks, now: pair.now.locks }));
  return {
    id: now.id,
    name: now.name,
    flags: now.flags,
    calls_per_s: rates.reduce((sum, rate) => sum + rate, 0),
    ...lockFigures(locks, elapsed_s),
  };
}

interface LockPair {
  readonly before: LockStatistics | undefined;
  readonly now: LockStatistics;
}

function lockFigures(pairs: readonly LockPair[], elapsed_s: number): LockFigures {
  let granted = 0;
  let waited_s = 0;
  for (const { before, now } of pairs) {
    if (before === undefined) continue;
    granted += growth(before.latency.num, now.latency.num);
    waited_s += growth(before.latency.total_s, now.latency.total_s);
  }
  return {
    locks_per_s: elapsed_s > 0 ? granted / elapsed_s : 0,
    ...(granted > 0 ? { lockWait_ms: waited_s * 1000 / granted } : {}),
    lockMax_ms: Math.max(0, ...pairs.map(({ now }) => now.latency.max_s * 1000)),
    lockPending: pairs.reduce((sum, { now }) => sum + now.numPending + now.numCurrent, 0),
  };
}

function rateOf<T>(
  before: T | undefined,
  now: T,
  count: (of: T) => number,
  elapsed_s: number,
): number {
  if (before === undefined || elapsed_s <= 0) return 0;
  return growth(count(before), count(now)) / elapsed_s;
}

/** A counter that has become smaller was reset, and has counted from zero since. */
function growth(before: number, now: number): number {
  return now >= before ? now - before : now;
}

function hotKeys(databases: readonly SampledDatabase[], node: number | undefined) {
  const rows: HotKeyRow[] = [];
  for (const { name, statistics } of databases) {
    for (const [pnn, { hotKeys }] of statistics) {
      if (node !== undefined && pnn !== node) continue;
      for (const { count, key } of hotKeys) {
        if (count > 0) rows.push({ database: name, key, pnn, count });
      }
    }
  }
  return rows.sort((a, b) => b.count - a.count || a.database.localeCompare(b.database));
}

const collator = new Intl.Collator("en", { numeric: true });

function byNeed(a: SampledAddress, b: SampledAddress): number {
  const hosted = (one: SampledAddress) => one.pnn === undefined ? 0 : 1;
  return hosted(a) - hosted(b) || collator.compare(a.address, b.address);
}
