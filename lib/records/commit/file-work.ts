import { CtdbError } from "../../base/mod.ts";
import type { Tdb } from "../../tdb/mod.ts";
import { decode, recordBuffer, recordValue, RO_FLAGS } from "../../wire/mod.ts";
import { type FetchedRecord, splitValue } from "../header.ts";
import { mayUpdate } from "./update-rule.ts";

/** The rule of UPDATE_RECORD said no; the file is as it was. */
export class UpdateRefusedError extends CtdbError {}

/** UPDATE_RECORD on a persistent or replicated file, inside a transaction (`records.md` 11.5). */
export function updateRecords(tdb: Tdb, buffer: Uint8Array): void {
  const { records } = decode(recordBuffer, buffer);
  inTransaction(tdb, () => {
    for (const { key, data } of records) {
      const next = recordOf(data);
      const stored = tdb.fetch(key);
      const old = stored === undefined ? undefined : splitValue(stored);
      if (!mayUpdate(old, next)) {
        throw new UpdateRefusedError(
          `update record, rsn here ${old?.header.rsn ?? 0n}: ${next.header.rsn}`,
        );
      }
      tdb.store(key, data);
    }
  });
}

/**
 * The content that a recovery decided on, inside a transaction (`records.md` 13.5). When `buffers`
 * throws in the middle, the file is as it was.
 */
export function replaceRecords(tdb: Tdb, wipe: boolean, buffers: Iterable<Uint8Array>): void {
  inTransaction(tdb, () => {
    if (wipe) tdb.wipe();
    for (const buffer of buffers) {
      for (const { key, data } of decode(recordBuffer, buffer).records) {
        const { header, data: content } = recordOf(data);
        const flags = (header.flags & ~RO_FLAGS) >>> 0;
        tdb.store(key, recordValue({ ...header, flags }, content));
      }
    }
  });
}

function recordOf(data: Uint8Array): FetchedRecord {
  const record = splitValue(data);
  if (record === undefined) throw new UpdateRefusedError(`record without header: ${data.length}`);
  return record;
}

function inTransaction(tdb: Tdb, work: () => void): void {
  tdb.transactionStart();
  try {
    work();
  } catch (error) {
    tdb.transactionCancel();
    throw error;
  }
  tdb.transactionCommit();
}
