import type { Clock, Logger } from "../base/mod.ts";
import {
  hopBucket,
  LatencyTally,
  type LockCounting,
  LockTally,
  type RecordsCounter,
  type RecordsGauge,
  type RecordsLatency,
  type RecordsStatistics,
} from "../records/mod.ts";
import {
  BUCKET_COUNT,
  type ClientPacketCounts,
  type NodePacketCounts,
  STAT_HISTORY_SIZE,
  type Statistics,
} from "../wire/mod.ts";

/** Counters that the daemon itself raises; the records layer has its own. */
export type NodeCounter =
  | "clientPacketsSent"
  | "clientPacketsRecv"
  | "nodePacketsSent"
  | "nodePacketsRecv"
  | "keepalivePacketsSent"
  | "keepalivePacketsRecv"
  | "node.reqMessage"
  | "node.reqControl"
  | "node.replyControl"
  | "node.reqTunnel"
  | "client.reqMessage"
  | "client.reqControl"
  | "client.reqTunnel"
  | "timeouts.control"
  | "numRecoveries";

type AnyCounter = NodeCounter | RecordsCounter | RecordsGauge;

/** Where each counter stands among the numbers of a {@link Tally}. */
const PLACES: Readonly<Record<AnyCounter, number>> = Object.fromEntries(
  ([
    "clientPacketsSent",
    "clientPacketsRecv",
    "nodePacketsSent",
    "nodePacketsRecv",
    "keepalivePacketsSent",
    "keepalivePacketsRecv",
    "node.reqCall",
    "node.replyCall",
    "node.reqDmaster",
    "node.replyDmaster",
    "node.replyError",
    "node.reqMessage",
    "node.reqControl",
    "node.replyControl",
    "node.reqTunnel",
    "client.reqCall",
    "client.reqMessage",
    "client.reqControl",
    "client.reqTunnel",
    "timeouts.control",
    "timeouts.traverse",
    "totalCalls",
    "pendingCalls",
    "childwriteCalls",
    "pendingChildwriteCalls",
    "numRecoveries",
    "totalRoDelegations",
    "totalRoRevokes",
  ] satisfies AnyCounter[]).map((counter, place) => [counter, place]),
) as Record<AnyCounter, number>;
const PLACE_COUNT = Object.keys(PLACES).length;
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
  readonly #numbers = new Float64Array(PLACE_COUNT);
  readonly latencies = new Map<AnyLatency, LatencyTally>();
  readonly locks = new LockTally();
  readonly hopBuckets = new Array<number>(BUCKET_COUNT).fill(0);
  maxHopCount = 0;

  constructor(readonly start_us: bigint) {}

  add(counter: AnyCounter, change: number): void {
    const place = PLACES[counter];
    this.#numbers[place] = Math.max(0, this.#numbers[place]! + change);
  }

  get(counter: AnyCounter): number {
    return this.#numbers[PLACES[counter]]!;
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
    const n = (counter: AnyCounter) => this.get(counter) >>> 0;
    const latency = (name: AnyLatency) => (this.latencies.get(name) ?? new LatencyTally()).value;
    const node: NodePacketCounts = {
      reqCall: n("node.reqCall"),
      replyCall: n("node.replyCall"),
      reqDmaster: n("node.reqDmaster"),
      replyDmaster: n("node.replyDmaster"),
      replyError: n("node.replyError"),
      reqMessage: n("node.reqMessage"),
      reqControl: n("node.reqControl"),
      replyControl: n("node.replyControl"),
      reqTunnel: n("node.reqTunnel"),
    };
    const client: ClientPacketCounts = {
      reqCall: n("client.reqCall"),
      reqMessage: n("client.reqMessage"),
      reqControl: n("client.reqControl"),
      reqTunnel: n("client.reqTunnel"),
    };
    return {
      numClients: gauges.numClients,
      frozen: gauges.frozen ? 1 : 0,
      recovering: gauges.recovering ? 1 : 0,
      clientPacketsSent: n("clientPacketsSent"),
      clientPacketsRecv: n("clientPacketsRecv"),
      nodePacketsSent: n("nodePacketsSent"),
      nodePacketsRecv: n("nodePacketsRecv"),
      keepalivePacketsSent: n("keepalivePacketsSent"),
      keepalivePacketsRecv: n("keepalivePacketsRecv"),
      node,
      client,
      timeouts: { call: 0, control: n("timeouts.control"), traverse: n("timeouts.traverse") },
      reclock: { ctdbd: latency("reclock.ctdbd"), recd: latency("reclock.recd") },
      locks: this.locks.snapshot(),
      totalCalls: n("totalCalls"),
      pendingCalls: n("pendingCalls"),
      childwriteCalls: n("childwriteCalls"),
      pendingChildwriteCalls: n("pendingChildwriteCalls"),
      memoryUsed: gauges.memoryUsed >>> 0,
      lastCounter: 0,
      maxHopCount: this.maxHopCount,
      hopCountBucket: [...this.hopBuckets],
      callLatency: latency("call"),
      childwriteLatency: latency("childwrite"),
      numRecoveries: n("numRecoveries"),
      statisticsStartTime: this.start_us,
      statisticsCurrentTime: now_us,
      totalRoDelegations: n("totalRoDelegations"),
      totalRoRevokes: n("totalRoRevokes"),
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

  count(counter: NodeCounter | RecordsCounter): void {
    this.#total.add(counter, 1);
    this.#interval.add(counter, 1);
  }

  gauge(gauge: RecordsGauge, change: 1 | -1): void {
    this.#total.add(gauge, change);
    this.#interval.add(gauge, change);
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
  total(counter: NodeCounter | RecordsCounter): number {
    return this.#total.get(counter);
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
