import { HotKeys } from "./sticky/hot-keys.ts";
import { BUCKET_COUNT, type LatencyCounter, type LockStatistics } from "../wire/mod.ts";

/**
 * What the records layer counts up, and at the end what goes up and down (`records.md` 16.2). A number
 * each: a counter is found by its place, without a search for its name.
 */
export const RecordsCount = {
  clientReqCall: 0,
  nodeReqCall: 1,
  nodeReplyCall: 2,
  nodeReqDmaster: 3,
  nodeReplyDmaster: 4,
  nodeReplyError: 5,
  totalCalls: 6,
  childwriteCalls: 7,
  totalRoDelegations: 8,
  totalRoRevokes: 9,
  timeoutsTraverse: 10,
  pendingCalls: 11,
  pendingChildwriteCalls: 12,
} as const;

/** One of {@link RecordsCount}. */
export type RecordsCounter = (typeof RecordsCount)[keyof typeof RecordsCount];

/** What is timed, in seconds. */
export type RecordsLatency = "call" | "childwrite";

/**
 * Where the records layer counts. The daemon applies each call to the cumulative statistics and to
 * the current interval (`records.md` 16.1), and never lets a gauge go below 0.
 */
export interface RecordsStatistics {
  count(counter: RecordsCounter): void;
  /** What goes up and down. */
  gauge(gauge: RecordsCounter, change: 1 | -1): void;
  /** `what` names the database or record in the log line about a slow one. */
  latency(latency: RecordsLatency, seconds: number, what: string): void;
  /** The lock statistics, of all databases together. */
  readonly locks: LockCounting;
  /** A call was served here after `hops` redirections: maximum and histogram. */
  hop(hops: number): void;
}

/** Counts the requests for locks that were not free (`records.md` 16.2). */
export interface LockCounting {
  /** Requests that wait in line. */
  pending(change: 1 | -1): void;
  /** Helper processes that run. */
  current(change: 1 | -1): void;
  /** A request was granted after `seconds`. */
  granted(seconds: number): void;
  failed(): void;
}

/** Counts into several at once: the node's and the database's. */
export function countingTogether(...all: readonly LockCounting[]): LockCounting {
  return {
    pending: (change) => all.forEach((one) => one.pending(change)),
    current: (change) => all.forEach((one) => one.current(change)),
    granted: (seconds) => all.forEach((one) => one.granted(seconds)),
    failed: () => all.forEach((one) => one.failed()),
  };
}

/** A latency counter that samples can be added to. */
export class LatencyTally {
  readonly #value = { num: 0, min_s: 0, max_s: 0, total_s: 0 };

  /** A copy of the numbers. */
  get value(): LatencyCounter {
    return { ...this.#value };
  }

  add(seconds: number): void {
    const value = this.#value;
    if (value.num === 0 || seconds < value.min_s) value.min_s = seconds;
    if (seconds > value.max_s) value.max_s = seconds;
    value.num++;
    value.total_s += seconds;
  }
}

/** Upper bounds of the lock buckets, in seconds; what is above the last one goes after it. */
const LOCK_BUCKETS_S = [0.001, 0.01, 0.1, 1, 2, 4, 8, 16, 32, 64];

/** Lock statistics that can be counted into; one per database. */
export class LockTally implements LockCounting {
  readonly #buckets = new Array<number>(BUCKET_COUNT).fill(0);
  readonly #latency = new LatencyTally();
  #calls = 0;
  #current = 0;
  #pending = 0;
  #failed = 0;

  /** A copy of the numbers as the wire has them. */
  snapshot(): LockStatistics {
    return {
      numCalls: this.#calls,
      numCurrent: this.#current,
      numPending: this.#pending,
      numFailed: this.#failed,
      latency: this.#latency.value,
      buckets: [...this.#buckets],
    };
  }

  pending(change: 1 | -1): void {
    this.#pending = Math.max(0, this.#pending + change);
  }

  current(change: 1 | -1): void {
    this.#current = Math.max(0, this.#current + change);
  }

  granted(seconds: number): void {
    this.#calls++;
    this.#latency.add(seconds);
    const bucket = LOCK_BUCKETS_S.findIndex((bound) => seconds < bound);
    this.#buckets[bucket < 0 ? LOCK_BUCKETS_S.length : bucket]!++;
  }

  failed(): void {
    this.#calls++;
    this.#failed++;
  }
}

/** What is counted for one database (`records.md` 16.3). */
export class DatabaseTally {
  readonly locks = new LockTally();
  readonly vacuum = new LatencyTally();
  readonly hotKeys = new HotKeys();
  readonly hopBuckets: number[] = new Array<number>(BUCKET_COUNT).fill(0);
  roDelegations = 0;
  roRevokes = 0;
}

/** The histogram bucket of a hop count: its number of significant bits, at most 15. */
export function hopBucket(hops: number): number {
  return Math.min(32 - Math.clz32(hops), BUCKET_COUNT - 1);
}
