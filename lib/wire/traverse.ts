import { at, type Codec, struct } from "./codec.ts";
import { bool8, u32, u64 } from "./primitives.ts";

/** A client asks for all records of a database (wire.md 10.6). */
export interface TraverseStart {
  readonly dbId: number;
  /** The client's own number; every record carries it. */
  readonly reqid: number;
  /** Srvid that the records are sent to as messages. */
  readonly srvid: bigint;
}

/** Traverse start, 16 bytes: TRAVERSE_START and TRAVERSE_KILL. */
export const traverseStart: Codec<TraverseStart> = struct<TraverseStart>({
  dbId: at(0, u32),
  reqid: at(4, u32),
  srvid: at(8, u64),
}, 16);

/** As {@link TraverseStart}, with a choice on records that have no data. */
export interface TraverseStartExt extends TraverseStart {
  readonly withEmptyRecords: boolean;
}

/** Traverse start ext, 24 bytes. */
export const traverseStartExt: Codec<TraverseStartExt> = struct<TraverseStartExt>({
  dbId: at(0, u32),
  reqid: at(4, u32),
  srvid: at(8, u64),
  withEmptyRecords: at(16, bool8),
}, 24);

/** A daemon asks all nodes for their records of a database (10.6). */
export interface TraverseAll {
  readonly dbId: number;
  /** The asking daemon's number of this traverse; every TRAVERSE_DATA carries it. */
  readonly reqid: number;
  /** Where TRAVERSE_DATA goes. */
  readonly pnn: number;
  readonly clientReqid: number;
  /** Of the client. */
  readonly srvid: bigint;
}

/** Traverse all, 24 bytes. */
export const traverseAll: Codec<TraverseAll> = struct<TraverseAll>({
  dbId: at(0, u32),
  reqid: at(4, u32),
  pnn: at(8, u32),
  clientReqid: at(12, u32),
  srvid: at(16, u64),
}, 24);

/** As {@link TraverseAll}, with a choice on records that have no data. */
export interface TraverseAllExt extends TraverseAll {
  readonly withEmptyRecords: boolean;
}

/** Traverse all ext, 32 bytes. */
export const traverseAllExt: Codec<TraverseAllExt> = struct<TraverseAllExt>({
  dbId: at(0, u32),
  reqid: at(4, u32),
  pnn: at(8, u32),
  clientReqid: at(12, u32),
  srvid: at(16, u64),
  withEmptyRecords: at(24, bool8),
}, 32);
