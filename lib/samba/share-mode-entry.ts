import type { ServerId } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";
import { readServerId } from "./identities.ts";
import { NdrReader } from "./ndr-reader.ts";
import type { SambaGeneration } from "./share-mode-data.ts";

/** What a handle holds so that its client may cache (`openfiles.md` 5.2). */
export const OpLock = {
  NONE: 0,
  EXCLUSIVE: 1,
  BATCH_ONLY: 2,
  BATCH: 3,
  LEVEL_II: 4,
  /** What it grants stands in `leases.tdb`. */
  LEASE: 0x100,
} as const;

/** One open handle (`openfiles.md` 5). */
export interface ShareModeEntry {
  readonly serverId: ServerId;
  /** Message id of the request that opened; 0 for smbd's own opens. */
  readonly opMid: bigint;
  /** A value of {@link OpLock}. */
  readonly opType: number;
  readonly clientGuid: string;
  /** As in the key of `leases.tdb`. */
  readonly leaseKey: readonly [bigint, bigint];
  /** Only in 4.25. */
  readonly createGuid: string | undefined;
  /** Granted access, NT bits. */
  readonly accessMask: number;
  /** What others may do: 1 read, 2 write, 4 delete. */
  readonly shareAccess: number;
  /** Only in 4.17. */
  readonly privateOptions: number | undefined;
  /** When it was opened, microseconds since 1970. */
  readonly opened_us: bigint;
  /** Number of the handle in its process. */
  readonly shareFileId: bigint;
  readonly uid: number;
  readonly flags: number;
  /** Hash of the path under which it was opened. */
  readonly nameHash: number;
  /** Whether smbd holds the base file of a stream by it; nobody opened that file. */
  readonly isStreamBase: boolean;
}

interface EntryLayout {
  readonly size: number;
  readonly hasCreateGuid: boolean;
  readonly hasPrivateOptions: boolean;
  /** An accident of the older encoders. */
  readonly repeatsTime: boolean;
}

const LAYOUTS: Readonly<Record<SambaGeneration, EntryLayout>> = {
  "4.17": { size: 132, hasCreateGuid: false, hasPrivateOptions: true, repeatsTime: true },
  "4.24": { size: 124, hasCreateGuid: false, hasPrivateOptions: false, repeatsTime: true },
  "4.25": { size: 128, hasCreateGuid: true, hasPrivateOptions: false, repeatsTime: false },
};

const PRIVATE_STREAM_BASE = 0x10;
const FLAG_STREAM_BASE = 0x2;
const OP_TYPES: readonly number[] = Object.values(OpLock);

/**
 * The entries behind the common part of a record.
 *
 * @throws {SambaFormatError} they are not of that release
 */
export function readShareModeEntries(
  bytes: Uint8Array,
  generation: SambaGeneration,
): ShareModeEntry[] {
  const layout = LAYOUTS[generation];
  if (bytes.length % layout.size !== 0) {
    throw new SambaFormatError(`Read share mode entries of ${layout.size} bytes: ${bytes.length}`);
  }
  return Array.from(
    { length: bytes.length / layout.size },
    (_, i) => readEntry(bytes.subarray(i * layout.size, (i + 1) * layout.size), layout),
  );
}

function readEntry(bytes: Uint8Array, layout: EntryLayout): ShareModeEntry {
  const r = new NdrReader(bytes);
  const serverId = readServerId(r);
  const opMid = r.hyper();
  const opType = r.u16();
  const clientGuid = r.guid();
  const createGuid = layout.hasCreateGuid ? r.guid() : undefined;
  const leaseKey = [r.hyper(), r.hyper()] as const;
  const accessMask = r.u32();
  const shareAccess = r.u32();
  const privateOptions = layout.hasPrivateOptions ? r.u32() : undefined;
  const opened_us = r.timeval_us();
  const shareFileId = r.udlong();
  const uid = r.u32();
  const flags = r.u16();
  const nameHash = r.u32();
  if (layout.repeatsTime && r.timeval_us() !== opened_us) {
    throw new SambaFormatError("Read a share mode entry: its two times differ");
  }
  if (!OP_TYPES.includes(opType) || shareAccess > 7) {
    throw new SambaFormatError(
      `Read a share mode entry: oplock ${opType}, share access ${shareAccess}`,
    );
  }
  return {
    serverId,
    opMid,
    opType,
    clientGuid,
    createGuid,
    leaseKey,
    accessMask,
    shareAccess,
    privateOptions,
    opened_us,
    shareFileId,
    uid,
    flags,
    nameHash,
    isStreamBase: privateOptions === undefined
      ? (flags & FLAG_STREAM_BASE) !== 0
      : (privateOptions & PRIVATE_STREAM_BASE) !== 0,
  };
}
