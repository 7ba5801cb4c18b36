import {
  readRecordHeader,
  RECORD_HEADER_SIZE,
  type RecordHeader,
  RO_FLAGS,
} from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import { faultText } from "../errors.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";

/** The header of a record whose chain is held, if the record is a header and nothing else. */
export function tombstone(db: Database, key: Uint8Array): RecordHeader | undefined {
  return db.tdb.readLocked(key, emptyRecord);
}

function emptyRecord(bytes: Uint8Array, start: number, end: number): RecordHeader | undefined {
  return end - start === RECORD_HEADER_SIZE ? readRecordHeader(bytes, start) : undefined;
}

/** Whether any mark of read-only copies is set. */
export function hasReadonlyFlags({ flags }: RecordHeader): boolean {
  return (flags & RO_FLAGS) !== 0;
}

/**
 * Deletes a record, whose chain is held, without waiting for anybody: a delete alone would wait for
 * the free list. `busy`: somebody has the free list, try another time.
 */
export function deleteNow(db: Database, key: Uint8Array): "deleted" | "busy" {
  if (!db.tdb.tryFreelistLock()) return "busy";
  try {
    db.tdb.delete(key);
    return "deleted";
  } finally {
    db.tdb.freelistUnlock();
  }
}

/** Does `action` under the chain lock of `key`; `undefined` if that is not free, or a disk fails. */
export function underChain<T>(
  host: RecordsHost,
  locks: KeyLocks,
  db: Database,
  key: Uint8Array,
  action: () => T,
): T | undefined {
  if (locks.acquire(db, key) !== "locked") return undefined;
  try {
    return action();
  } catch (error) {
    host.log.error(`vacuum record of ${db.name}: ${faultText(error)}`);
    return undefined;
  } finally {
    locks.release(db, key);
  }
}
