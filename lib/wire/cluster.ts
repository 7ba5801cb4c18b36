import { type SocketAddress, socketAddress } from "./address.ts";
import { at, type Codec, list, many, struct } from "./codec.ts";
import { WireError } from "./errors.ts";
import { bool8, i32, paddedText, timeValue, u32, u64, u8 } from "./primitives.ts";

/** A node of the nodes list (wire.md 10.2). */
export interface NodeEntry {
  readonly pnn: number;
  /** Bits of `NodeFlag`. */
  readonly flags: number;
  /** Its address, port 4379; a deleted node has 0.0.0.0. */
  readonly address: SocketAddress;
}

/** A node with its flags, 36 bytes. */
export const nodeEntry: Codec<NodeEntry> = struct<NodeEntry>({
  pnn: at(0, u32),
  flags: at(4, u32),
  address: at(8, socketAddress),
}, 36);

/** Node map: every node of the list, deleted ones included. */
export const nodeMapCodec: Codec<readonly NodeEntry[]> = list(nodeEntry);

/** Which nodes locate the records, and since which recovery (10.3). */
export interface VnnMap {
  /** The number of that recovery. */
  readonly generation: number;
  /** Pnn of the lmaster for each hash slot. */
  readonly map: readonly number[];
}

/** Vnn map: `u32 generation`, `u32 size`, the pnns. */
export const vnnMap: Codec<VnnMap> = struct<VnnMap>({
  generation: at(0, u32),
  map: at(4, list(u32)),
});

/** An attached database (10.4). */
export interface DbEntry {
  readonly dbId: number;
  /** Bits of `DbFlag`. */
  readonly flags: number;
}

/** Database with its flags, 8 bytes. */
export const dbEntry: Codec<DbEntry> = struct<DbEntry>({ dbId: at(0, u32), flags: at(4, u8) }, 8);

/** Database id map, the most recently attached first. */
export const dbMap: Codec<readonly DbEntry[]> = list(dbEntry);

/** A change of a node's flags (10.11). */
export interface FlagChange {
  readonly pnn: number;
  readonly newFlags: number;
  /** Ignored by receivers. */
  readonly oldFlags: number;
}

/** Node flag change, 12 bytes. */
export const flagChange: Codec<FlagChange> = struct<FlagChange>({
  pnn: at(0, u32),
  newFlags: at(4, u32),
  oldFlags: at(8, u32),
}, 12);

/** A database in the transaction of a recovery (10.16). */
export interface TransDb {
  readonly dbId: number;
  /** The generation of the recovery. */
  readonly tid: number;
}

/** Transdb, 8 bytes. */
export const transDb: Codec<TransDb> = struct<TransDb>({ dbId: at(0, u32), tid: at(4, u32) }, 8);

/** Where the records of a database go to or come from (10.16). */
export interface PullRequest {
  readonly dbId: number;
  /** Ignored; rubbish from a C leader. We write 0xFFFFFFFF. */
  readonly lmaster: number;
  /** Srvid of the messages with the records. */
  readonly srvid: bigint;
}

/** Pull request, 16 bytes: DB_PULL and DB_PUSH_START. */
export const pullRequest: Codec<PullRequest> = struct<PullRequest>({
  dbId: at(0, u32),
  lmaster: at(4, u32),
  srvid: at(8, u64),
}, 16);

/** An order to vacuum (10.16). */
export interface DbVacuum {
  readonly dbId: number;
  readonly fullVacuumRun: boolean;
}

/** Db vacuum, 5 bytes with no pad. */
export const dbVacuum: Codec<DbVacuum> = struct<DbVacuum>({
  dbId: at(0, u32),
  fullVacuumRun: at(4, bool8),
}, 5);

/** When things happened to a node; microseconds since the epoch, 0n for never (10.17). */
export interface Uptime {
  /** When it was asked. */
  readonly currentTime: bigint;
  /** When the daemon was started. */
  readonly ctdbdStartTime: bigint;
  /** When the last recovery began; 0 if there was none. */
  readonly lastRecoveryStarted: bigint;
  /** When it ended. */
  readonly lastRecoveryFinished: bigint;
}

/** Uptime, 64 bytes. */
export const uptime: Codec<Uptime> = struct<Uptime>({
  currentTime: at(0, timeValue),
  ctdbdStartTime: at(16, timeValue),
  lastRecoveryStarted: at(32, timeValue),
  lastRecoveryFinished: at(48, timeValue),
}, 64);

/** A ban, or the lifting of one (10.18). */
export interface BanState {
  readonly pnn: number;
  /** 0: not banned. */
  readonly time_s: number;
}

/** Ban state, 8 bytes. */
export const banState: Codec<BanState> = struct<BanState>(
  { pnn: at(0, u32), time_s: at(4, u32) },
  8,
);

/** What a candidate says of itself (10.21). */
export interface ElectionMessage {
  /** Not compared. */
  readonly numConnected: number;
  /** Start of the recovery daemon, microseconds since the epoch; the earlier wins. */
  readonly priorityTime: bigint;
  readonly pnn: number;
  readonly nodeFlags: number;
}

/** Election message, 32 bytes. */
export const electionMessage: Codec<ElectionMessage> = struct<ElectionMessage>({
  numConnected: at(0, u32),
  priorityTime: at(8, timeValue),
  pnn: at(24, u32),
  nodeFlags: at(28, u32),
}, 32);

/** Where an answer shall go (10.22); srvid 0n: none is wanted. */
export interface SrvidMessage {
  readonly pnn: number;
  readonly srvid: bigint;
}

/** Srvid message, 16 bytes. */
export const srvidMessage: Codec<SrvidMessage> = struct<SrvidMessage>({
  pnn: at(0, u32),
  srvid: at(8, u64),
}, 16);

/** An order to pause something, and where the answer goes (10.23). */
export interface DisableMessage {
  readonly pnn: number;
  readonly srvid: bigint;
  /** 0: go on again. */
  readonly timeout_s: number;
}

/** Disable message, 24 bytes. */
export const disableMessage: Codec<DisableMessage> = struct<DisableMessage>({
  pnn: at(0, u32),
  srvid: at(8, u64),
  timeout_s: at(16, u32),
}, 24);

/** A process of the cluster (10.20). */
export interface ServerId {
  readonly pid: bigint;
  readonly taskId: number;
  readonly vnn: number;
  readonly uniqueId: bigint;
}

/** Server id, 24 bytes. */
export const serverId: Codec<ServerId> = struct<ServerId>({
  pid: at(0, u64),
  taskId: at(8, u32),
  vnn: at(12, u32),
  uniqueId: at(16, u64),
}, 24);

/** A holder of a lock of `g_lock.tdb` (10.20). */
export interface GLockEntry {
  readonly type: "read" | "write";
  readonly serverId: ServerId;
}

const lockType: Codec<"read" | "write"> = {
  minSize: 4,
  write: (w, value) => w.u32(value === "write" ? 1 : 0),
  read(r) {
    const type = r.u32();
    if (type > 1) throw new WireError("value", `read lock type: ${type}`);
    return type === 1 ? "write" : "read";
  },
};

/** The record of a lock: entries of 32 bytes, back to back. Only the tool writes this format. */
export const gLockEntries: Codec<readonly GLockEntry[]> = many(struct<GLockEntry>({
  type: at(0, lockType),
  serverId: at(8, serverId),
}, 32));

/** The result of an event script, as the obsolete control 96 had it (10.19). */
export interface ScriptResult {
  /** At most 31 bytes. */
  readonly name: string;
  readonly start: bigint;
  readonly finished: bigint;
  readonly status: number;
  /** At most 511 bytes. */
  readonly output: string;
}

/** Script list: `u32 num`, pad, entries of 584 bytes. No live control has it. */
export const scriptList: Codec<readonly ScriptResult[]> = list(
  struct<ScriptResult>({
    name: at(0, paddedText(32)),
    start: at(32, timeValue),
    finished: at(48, timeValue),
    status: at(64, i32),
    output: at(68, paddedText(512)),
  }, 584),
  4,
);
