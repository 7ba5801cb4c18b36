import type { RecordVisitor, ScanLimit, Tdb } from "../../tdb/mod.ts";
import { readRecordHeader, RECORD_HEADER_SIZE } from "../../wire/mod.ts";
import type { TraverseFilter } from "./storage.ts";

/** Whether a traverse wants a record with this stored value (`records.md` 12.1, 10.3). */
export function wanted(value: Uint8Array, { dmaster, content }: TraverseFilter): boolean {
  if (dmaster !== undefined && readRecordHeader(value)?.dmaster !== dmaster) return false;
  switch (content) {
    case "any":
      return true;
    case "data":
      return value.length > RECORD_HEADER_SIZE;
    case "empty":
      return value.length === RECORD_HEADER_SIZE;
  }
}

/**
 * Reads chains from `chain` on until `limit`, holding one at a time; returns where to go on,
 * `undefined` at the end. What `visit` gets is valid until it returns.
 */
export function readChains(
  tdb: Tdb,
  chain: number,
  limit: ScanLimit,
  { skipBusy }: TraverseFilter,
  visit: RecordVisitor,
): number | undefined {
  const { next, busy } = tdb.scanInPlace(
    chain,
    limit,
    (bytes, key, data, end) => visit(bytes.subarray(key, data), bytes.subarray(data, end)),
  );
  if (!busy || next === undefined) return next;
  if (!skipBusy) tdb.traverseChain(next, visit);
  return next + 1 < tdb.hashSize ? next + 1 : undefined;
}

/**
 * Repacks a file with many holes. Not while somebody holds a chain: everybody else would then have to
 * wait behind this process for as long as that one likes.
 */
export function repackIfWorthwhile(tdb: Tdb, limit: number): void {
  if (tdb.freelistSize() < limit || !tdb.tryLockAll()) return;
  tdb.unlockAll();
  tdb.repack();
}
