import { assertInvariant } from "../../base/mod.ts";
import { APPLY_SLICE_RECORDS } from "../../limits/mod.ts";
import { faultText } from "../errors.ts";
import { ByteReader, type MarshalledRecord, marshalledRecord, RO_FLAGS } from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import { splitValue } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordStore } from "../record-store.ts";
import type { FreezeTransaction } from "./freeze-transaction.ts";

/**
 * Applies a committed recovery to a volatile database, on our own handle, which holds the lock over
 * the whole file; slice by slice, so that the node stays alive meanwhile.
 */
export function applyToVolatile(
  host: RecordsHost,
  store: RecordStore,
  db: Database,
  transaction: FreezeTransaction,
  done: (ok: boolean) => void,
): void {
  const records = stagedRecords(transaction);
  const slice = () => {
    if (db.detached || db.freeze !== "frozen") return done(false);
    try {
      for (let i = 0; i < APPLY_SLICE_RECORDS; i++) {
        const next = records.next();
        if (next.done) return done(true);
        if (!storePushed(store, db, next.value)) return done(false);
      }
    } catch (error) {
      host.log.error(`apply recovery to ${db.name}: ${faultText(error)}`);
      return done(false);
    }
    host.defer(slice);
  };
  try {
    if (transaction.wiped) db.tdb.wipe();
  } catch (error) {
    host.log.error(`wipe ${db.name}: ${faultText(error)}`);
    return done(false);
  }
  slice();
}

function* stagedRecords(transaction: FreezeTransaction): Generator<MarshalledRecord, void> {
  for (const buffer of transaction.buffers) {
    const reader = new ByteReader(buffer);
    reader.skip(4);
    const count = reader.u32();
    for (let i = 0; i < count; i++) {
      assertInvariant(!transaction.released, "apply recovery: what was pushed is gone");
      yield marshalledRecord.read(reader);
    }
  }
}

/** Through the store rule, so that the RSN grows at the new owner and nowhere else (13.5). */
function storePushed(store: RecordStore, db: Database, { key, data }: MarshalledRecord): boolean {
  const record = splitValue(data);
  assertInvariant(record !== undefined, `record pushed to ${db.name}: no header`);
  record.header.flags = (record.header.flags & ~RO_FLAGS) >>> 0;
  return store.store(db, key, record.header, record.data) !== "failed";
}
