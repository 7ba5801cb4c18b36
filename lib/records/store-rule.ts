import { putU32, RecordFlag, RO_FLAGS, u32At } from "../wire/mod.ts";
import type { MutableHeader } from "./header.ts";

/** What becomes of a record that is stored. */
export interface StoreDecision {
  readonly keep: boolean;
  /** Put it into the delete queue; otherwise it is taken out. */
  readonly schedule: boolean;
}

const KEEP: StoreDecision = { keep: true, schedule: false };
const KEEP_AND_SCHEDULE: StoreDecision = { keep: true, schedule: true };
const DELETE: StoreDecision = { keep: false, schedule: false };

/**
 * The store rule of volatile databases (`records.md` 4.1): whether the record is kept, whether its
 * RSN goes up, and which flags stay. Changes `header`, which the caller goes on with.
 *
 * `isLmaster` is asked only when it matters, since it costs a hash.
 */
export function applyStoreRule(
  header: MutableHeader,
  dataLength: number,
  self: number,
  isLmaster: () => boolean,
): StoreDecision {
  const decision = decide(header, dataLength, self, isLmaster);
  let { schedule } = decision;
  if (decision.keep && header.dmaster === self && (header.flags & RO_FLAGS) === 0) {
    header.rsn += 1n;
    if (dataLength === 0) schedule = true;
  }
  header.flags = clearTransientFlags(header.flags);
  if (!decision.keep) return DELETE;
  return schedule ? KEEP_AND_SCHEDULE : KEEP;
}

/**
 * {@link applyStoreRule} of a record with data that a recovery has pushed, on the bytes of its header
 * at `at`: such a record is kept, whoever is its lmaster, and its read-only copies are over.
 */
export function applyRuleOfPushed(bytes: Uint8Array, at: number, self: number): void {
  if (u32At(bytes, at + 8) === self) {
    const low = (u32At(bytes, at) + 1) >>> 0;
    putU32(bytes, at, low);
    if (low === 0) putU32(bytes, at + 4, (u32At(bytes, at + 4) + 1) >>> 0);
  }
  putU32(bytes, at + 12, 0);
  putU32(bytes, at + 16, clearTransientFlags(u32At(bytes, at + 16) & ~RO_FLAGS));
  putU32(bytes, at + 20, 0);
}

/** Step A: the first row of the table that matches. */
function decide(
  { flags, dmaster }: MutableHeader,
  dataLength: number,
  self: number,
  isLmaster: () => boolean,
): StoreDecision {
  if (dataLength > 0) return KEEP;
  if ((flags & RO_FLAGS) !== 0) return KEEP;
  if ((flags & RecordFlag.AUTOMATIC) !== 0) return KEEP_AND_SCHEDULE;
  if ((flags & RecordFlag.MIGRATED_WITH_DATA) !== 0) return KEEP;
  if (isLmaster()) {
    // A client on the lmaster expects the record to exist after it migrated, or it loops for ever.
    if ((flags & RecordFlag.VACUUM_MIGRATED) === 0) return KEEP;
    return dmaster === self ? DELETE : KEEP;
  }
  return dmaster === self ? KEEP : DELETE;
}

/** VACUUM_MIGRATED and AUTOMATIC live in memory only. */
function clearTransientFlags(flags: number): number {
  return (flags & ~(RecordFlag.VACUUM_MIGRATED | RecordFlag.AUTOMATIC)) >>> 0;
}
