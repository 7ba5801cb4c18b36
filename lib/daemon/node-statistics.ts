import type { Clock, Logger } from "../base/mod.ts";
import {
  hopBucket,
  LatencyTally,
  type LockCounting,
  LockTally,
  RecordsCount,
  type RecordsLatency,
  type RecordsStatistics,
} from "../records/mod.ts";
import {
  BUCKET_COUNT,
  type ClientPacketCounts,
  type NodePacketCounts,
  type OverrunFigures,
  STAT_HISTORY_SIZE,
  type Statistics,
} from "../wire/mod.ts";

/** Counters of the records layer, and behind them those that the daemon itself raises. */
export const NodeCount = {
  ...RecordsCount,
  clientPacketsSent: 13,
  clientPacketsRecv: 14,
  nodePacketsSent: 15,
  nodePacketsRecv: 16,
  keepalivePacketsSent: 17,
  keepalivePacketsRecv: 18,
  nodeReqMessage: 19,
  nodeReqControl: 20,
  nodeReplyControl: 21,
  nodeReqTunnel: 22,
  clientReqMessage: 23,
  clientReqControl: 24,
  clientReqTunnel: 25,
  timeoutsControl: 26,
  numRecoveries: 27,
  clientsCutOff: 28,
  linksOverrun: 29,
} as const;

/** One of {@link NodeCount}. */
export type NodeCounter = (typeof NodeCount)[keyof typeof NodeCount];

const COUNTERS = Object.keys(NodeCount).length;
type AnyLatency = RecordsLatency | "reclock.ctdbd" | "reclock.recd";

/** What is only known when somebody asks. */
export interface StatisticsGauges {
  readonly numClients: number;
  readonly frozen: boolean;
  readonly recovering: boolean;
  readonly memoryUsed: number;
}

/** One set of counters: the cumulative one, or that of the current interval. */
class Tally {
  readonly #numbers = new Float64Array(COUNTERS);
  readonly latencies = new Map<AnyLatency, LatencyTally>();
  readonly locks = new LockTally();
  readonly hopBuckets = new Array<number>(BUCKET_COUNT).fill(0);
  maxHopCount = 0;

  constructor(readonly start_us: bigint) {}

  up(counter: NodeCounter): void {
    this.#numbers[counter]!++;
  }

  move(counter: NodeCounter, change: number): void {
    this.#numbers[counter] = Math.max(0, this.#numbers[counter]! + change);
  }

  get(counter: NodeCounter): number {
    return this.#numbers[counter]!;
  }

  addLatency(latency: AnyLatency, seconds: number): void {
    let tally = this.latencies.get(latency);
    if (tally === undefined) this.latencies.set(latency, tally = new LatencyTally());
    tally.add(seconds);
  }

  hop(hops: number): void {
    this.maxHopCount = Math.max(this.maxHopCount, hops);
    this.hopBuckets[hopBucket(hops)]!++;
  }

  snapshot(gauges: StatisticsGauges, now_us: bigint): Statistics {
    const n = (counter: NodeCounter) => this.get(counter) >>> 0;
    const latency = (name: AnyLatency) => (this.latencies.get(name) ?? new LatencyTally()).value;
    return {
      numClients: gauges.numClients,
      frozen: gauges.frozen ? 1 : 0,
      recovering: gauges.recovering ? 1 : 0,
      clientPacketsSent: n(NodeCount.clientPacketsSent),
      clientPacketsRecv: n(NodeCount.clientPacketsRecv),
      nodePacketsSent: n(NodeCount.nodePacketsSent),
      nodePacketsRecv: n(NodeCount.nodePacketsRecv),
      keepalivePacketsSent: n(NodeCount.keepalivePacketsSent),
      keepalivePacketsRecv: n(NodeCount.keepalivePacketsRecv),
      node: this.#nodePackets(),
      client: this.#clientPackets(),
      timeouts: {
        call: 0,
        control: n(NodeCount.timeoutsControl),
        traverse: n(NodeCount.timeoutsTraverse),
      },
      reclock: { ctdbd: latency("reclock.ctdbd"), recd: latency("reclock.recd") },
      locks: this.locks.snapshot(),
      totalCalls: n(NodeCount.totalCalls),
      pendingCalls: n(NodeCount.pendingCalls),
      childwriteCalls: n(NodeCount.childwriteCalls),
      pendingChildwriteCalls: n(NodeCount.pendingChildwriteCalls),
      memoryUsed: gauges.memoryUsed >>> 0,
      lastCounter: 0,
      maxHopCount: this.maxHopCount,
      hopCountBucket: [...this.hopBuckets],
      callLatency: latency("call"),
      childwriteLatency: latency("childwrite"),
      numRecoveries: n(NodeCount.numRecoveries),
      statisticsStartTime: this.start_us,
      statisticsCurrentTime: now_us,
      totalRoDelegations: n(NodeCount.totalRoDelegations),
      totalRoRevokes: n(NodeCount.totalRoRevokes),
    };
  }

  #nodePackets(): NodePacketCounts {
    const n = (counter: NodeCounter) => this.get(counter) >>> 0;
    return {
      reqCall: n(NodeCount.nodeReqCall),
      replyCall: n(NodeCount.nodeReplyCall),
      reqDmaster: n(NodeCount.nodeReqDmaster),
      replyDmaster: n(NodeCount.nodeReplyDmaster),
      replyError: n(NodeCount.nodeReplyError),
      reqMessage: n(NodeCount.nodeReqMessage),
      reqControl: n(NodeCount.nodeReqControl),
      replyControl: n(NodeCount.nodeReplyControl),
      reqTunnel: n(NodeCount.nodeReqTunnel),
    };
  }

  #clientPackets(): ClientPacketCounts {
    const n = (counter: NodeCounter) => this.get(counter) >>> 0;
    return {
      reqCall: n(NodeCount.clientReqCall),
      reqMessage: n(NodeCount.clientReqMessage),
      reqControl: n(NodeCount.clientReqControl),
      reqTunnel: n(NodeCount.clientReqTunnel),
    };
  }
}

/**
 * The node's statistics (`records.md` 16): each event counts in the cumulative set and in that of
 * the current interval, of which the last hundred are kept.
 */
export class NodeStatistics implements RecordsStatistics {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #latencyLimit_ms: () => number;
  #total: Tally;
  #interval: Tally;
  readonly #history: Statistics[] = [];
  readonly locks: LockCounting;

  /** @param latencyLimit_ms above which a latency is logged (LogLatencyMs); 0 for never */
  constructor(clock: Clock, log: Logger, latencyLimit_ms: () => number) {
    this.#clock = clock;
    this.#log = log;
    this.#latencyLimit_ms = latencyLimit_ms;
    this.#total = new Tally(clock.wallTime());
    this.#interval = new Tally(clock.wallTime());
    const both = (count: (locks: LockCounting) => void) => {
      count(this.#total.locks);
      count(this.#interval.locks);
    };
    this.locks = {
      pending: (change) => both((locks) => locks.pending(change)),
      current: (change) => both((locks) => locks.current(change)),
      granted: (seconds) => both((locks) => locks.granted(seconds)),
      failed: () => both((locks) => locks.failed()),
    };
  }

  count(counter: NodeCounter): void {
    this.#total.up(counter);
    this.#interval.up(counter);
  }

  gauge(gauge: NodeCounter, change: 1 | -1): void {
    this.#total.move(gauge, change);
    this.#interval.move(gauge, change);
  }

  latency(latency: AnyLatency, seconds: number, what: string): void {
    this.#total.addLatency(latency, seconds);
    this.#interval.addLatency(latency, seconds);
    const limit_ms = this.#latencyLimit_ms();
    if (limit_ms > 0 && seconds * 1000 > limit_ms) {
      this.#log.warning(`High latency: ${latency} took ${seconds.toFixed(6)} s: ${what}`);
    }
  }

  hop(hops: number): void {
    this.#total.hop(hops);
    this.#interval.hop(hops);
  }

  /** The cumulative value of one counter. */
  total(counter: NodeCounter): number {
    return this.#total.get(counter);
  }

  /** What happened at the bounds of queues; the protocol's statistics have no place for it. */
  overruns(): OverrunFigures {
    return {
      clientsCutOff: this.total(NodeCount.clientsCutOff),
      linksClosed: this.total(NodeCount.linksOverrun),
    };
  }

  snapshot(gauges: StatisticsGauges): Statistics {
    return this.#total.snapshot(gauges, this.#clock.wallTime());
  }

  /** StatHistoryInterval has passed: closes the current interval. */
  closeInterval(gauges: StatisticsGauges): void {
    this.#history.unshift(this.#interval.snapshot(gauges, this.#clock.wallTime()));
    if (this.#history.length > STAT_HISTORY_SIZE) this.#history.pop();
    this.#interval = new Tally(this.#clock.wallTime());
  }

  /** The kept intervals, newest first. */
  history(): readonly Statistics[] {
    return this.#history;
  }

  reset(): void {
    this.#total = new Tally(this.#clock.wallTime());
  }
}
