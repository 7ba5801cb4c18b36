import { array, at, type Codec, list, struct } from "./codec.ts";
import { WireError } from "./errors.ts";
import { f64, i32, timeValue, u32 } from "./primitives.ts";

/** How long something took, in seconds: how often, least, most, sum (wire.md 10.7). */
export interface LatencyCounter {
  readonly num: number;
  readonly min_s: number;
  readonly max_s: number;
  readonly total_s: number;
}

/** Latency counter, 32 bytes. */
export const latencyCounter: Codec<LatencyCounter> = struct<LatencyCounter>({
  num: at(0, i32),
  min_s: at(8, f64),
  max_s: at(16, f64),
  total_s: at(24, f64),
}, 32);

/** Buckets of every histogram on the wire. */
export const BUCKET_COUNT = 16;
const buckets: Codec<readonly number[]> = array(u32, BUCKET_COUNT);

/** Packets to and from other nodes, by operation. */
export interface NodePacketCounts {
  readonly reqCall: number;
  readonly replyCall: number;
  readonly reqDmaster: number;
  readonly replyDmaster: number;
  readonly replyError: number;
  readonly reqMessage: number;
  readonly reqControl: number;
  readonly replyControl: number;
  readonly reqTunnel: number;
}

/** Packets from clients, by operation. */
export interface ClientPacketCounts {
  readonly reqCall: number;
  readonly reqMessage: number;
  readonly reqControl: number;
  readonly reqTunnel: number;
}

/** Use of record and database locks. */
export interface LockStatistics {
  readonly numCalls: number;
  readonly numCurrent: number;
  readonly numPending: number;
  readonly numFailed: number;
  readonly latency: LatencyCounter;
  /** Histogram of the waiting times, 16 buckets. */
  readonly buckets: readonly number[];
}

const lockStatistics: Codec<LockStatistics> = struct<LockStatistics>({
  numCalls: at(0, u32),
  numCurrent: at(4, u32),
  numPending: at(8, u32),
  numFailed: at(12, u32),
  latency: at(16, latencyCounter),
  buckets: at(48, buckets),
}, 112);

/**
 * What a node has counted since its start or the last reset (10.7).
 *
 * @internal
 */
export interface Statistics {
  readonly numClients: number;
  readonly frozen: number;
  readonly recovering: number;
  readonly clientPacketsSent: number;
  readonly clientPacketsRecv: number;
  readonly nodePacketsSent: number;
  readonly nodePacketsRecv: number;
  readonly keepalivePacketsSent: number;
  readonly keepalivePacketsRecv: number;
  readonly node: NodePacketCounts;
  readonly client: ClientPacketCounts;
  readonly timeouts: { readonly call: number; readonly control: number; readonly traverse: number };
  /** Latency of the cluster lock. */
  readonly reclock: { readonly ctdbd: LatencyCounter; readonly recd: LatencyCounter };
  readonly locks: LockStatistics;
  readonly totalCalls: number;
  readonly pendingCalls: number;
  readonly childwriteCalls: number;
  readonly pendingChildwriteCalls: number;
  readonly memoryUsed: number;
  readonly lastCounter: number;
  readonly maxHopCount: number;
  /** Calls by the number of significant bits of their hop count, 16 buckets. */
  readonly hopCountBucket: readonly number[];
  readonly callLatency: LatencyCounter;
  readonly childwriteLatency: LatencyCounter;
  readonly numRecoveries: number;
  /** Microseconds since the epoch. */
  readonly statisticsStartTime: bigint;
  /** Microseconds since the epoch. */
  readonly statisticsCurrentTime: bigint;
  readonly totalRoDelegations: number;
  readonly totalRoRevokes: number;
}

/** Statistics, 488 bytes. */
export const statistics: Codec<Statistics> = struct<Statistics>({
  numClients: at(0, u32),
  frozen: at(4, u32),
  recovering: at(8, u32),
  clientPacketsSent: at(12, u32),
  clientPacketsRecv: at(16, u32),
  nodePacketsSent: at(20, u32),
  nodePacketsRecv: at(24, u32),
  keepalivePacketsSent: at(28, u32),
  keepalivePacketsRecv: at(32, u32),
  node: at(
    36,
    struct<NodePacketCounts>({
      reqCall: u32,
      replyCall: u32,
      reqDmaster: u32,
      replyDmaster: u32,
      replyError: u32,
      reqMessage: u32,
      reqControl: u32,
      replyControl: u32,
      reqTunnel: u32,
    }),
  ),
  client: at(
    72,
    struct<ClientPacketCounts>({ reqCall: u32, reqMessage: u32, reqControl: u32, reqTunnel: u32 }),
  ),
  timeouts: at(88, struct<Statistics["timeouts"]>({ call: u32, control: u32, traverse: u32 })),
  reclock: at(104, struct<Statistics["reclock"]>({ ctdbd: latencyCounter, recd: latencyCounter })),
  locks: at(168, lockStatistics),
  totalCalls: at(280, u32),
  pendingCalls: at(284, u32),
  childwriteCalls: at(288, u32),
  pendingChildwriteCalls: at(292, u32),
  memoryUsed: at(296, u32),
  lastCounter: at(300, u32),
  maxHopCount: at(304, u32),
  hopCountBucket: at(308, buckets),
  callLatency: at(376, latencyCounter),
  childwriteLatency: at(408, latencyCounter),
  numRecoveries: at(440, u32),
  statisticsStartTime: at(448, timeValue),
  statisticsCurrentTime: at(464, timeValue),
  totalRoDelegations: at(480, u32),
  totalRoRevokes: at(484, u32),
}, 488);

/** Entries that GET_STAT_HISTORY always returns; unused ones are all zero. */
export const STAT_HISTORY_SIZE = 100;

/** Statistics list: `i32 num`, pad, the entries; newest first. */
export const statisticsList: Codec<readonly Statistics[]> = list(statistics, 4);

/** A record that was asked for often. */
export interface HotKey {
  readonly count: number;
  readonly key: Uint8Array;
}

/** Hot keys on the wire, used or not. */
export const HOT_KEY_COUNT = 10;

/** What a node has counted for one database (10.7). */
export interface DbStatistics {
  readonly locks: LockStatistics;
  readonly vacuum: { readonly latency: LatencyCounter };
  readonly dbRoDelegations: number;
  readonly dbRoRevokes: number;
  /** As in {@link Statistics}. */
  readonly hopCountBucket: readonly number[];
  /** Exactly 10; unused ones have count 0 and an empty key. */
  readonly hotKeys: readonly HotKey[];
}

const hotKeys: Codec<readonly HotKey[]> = {
  minSize: 8 + HOT_KEY_COUNT * 24,
  write(w, entries) {
    if (entries.length !== HOT_KEY_COUNT) {
      throw new WireError("count", `write ${HOT_KEY_COUNT} hot keys: ${entries.length}`);
    }
    w.u32(HOT_KEY_COUNT);
    w.zeros(4);
    for (const { count, key } of entries) {
      w.u32(count);
      w.zeros(4 + 8); // pad, and where the C daemon leaks a pointer
      w.u64(BigInt(key.byteLength));
    }
    for (const { key } of entries) w.bytes(key);
  },
  read(r) {
    const num = r.u32();
    if (num !== HOT_KEY_COUNT) throw new WireError("count", `read hot keys: ${num}`);
    r.skip(4);
    const heads: { count: number; keylen: number }[] = [];
    for (let i = 0; i < HOT_KEY_COUNT; i++) {
      const count = r.u32();
      r.skip(4 + 8);
      // A length beyond 2^53 loses digits here and is refused below all the same.
      heads.push({ count, keylen: Number(r.u64()) });
    }
    return heads.map(({ count, keylen }) => ({ count, key: r.bytes(keylen) }));
  },
};

/** Database statistics: 464 bytes and the hot keys' bytes. */
export const dbStatistics: Codec<DbStatistics> = struct<DbStatistics>({
  locks: at(0, lockStatistics),
  vacuum: at(112, struct<DbStatistics["vacuum"]>({ latency: latencyCounter })),
  dbRoDelegations: at(144, u32),
  dbRoRevokes: at(148, u32),
  hopCountBucket: at(152, buckets),
  hotKeys: at(216, hotKeys),
});
