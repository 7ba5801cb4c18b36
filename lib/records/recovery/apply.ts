import { APPLY_SLICE_RECORDS } from "../../limits/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordStore } from "../record-store.ts";
import type { FreezeTransaction } from "./freeze-transaction.ts";
import { StagedRecords } from "./staged-records.ts";

/** How often the log tells how far it is. */
const TELL_INTERVAL_MS = 5000;

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
  const records = new StagedRecords(transaction);
  let begun = false;
  let applied = 0;
  let told_ms = host.clock.now();
  const slice = () => {
    if (db.detached || db.freeze !== "frozen") return done(false);
    try {
      if (!begun && transaction.wiped) db.tdb.wipe();
      begun = true;
      const stored = storeSlice(store, db, records);
      if (stored !== "more") return done(stored === "all");
    } catch (error) {
      host.log.error(`apply recovery to ${db.name}: ${faultText(error)}`);
      return done(false);
    }
    applied += APPLY_SLICE_RECORDS;
    if (host.clock.now() - told_ms >= TELL_INTERVAL_MS) {
      told_ms = host.clock.now();
      host.log.notice(`apply recovery to ${db.name}: ${applied} records so far`);
    }
    host.slice(slice);
  };
  host.slice(slice);
}

/** Stores the next records; nothing is left set aside in the file, whose lock may be lost then. */
function storeSlice(
  store: RecordStore,
  db: Database,
  records: StagedRecords,
): "more" | "all" | "failed" {
  const loader = db.tdb.loader(records.bytesLeft);
  try {
    for (let i = 0; i < APPLY_SLICE_RECORDS; i++) {
      if (!records.next()) return "all";
      // Through the store rule, so that the RSN grows at the new owner and nowhere else (13.5).
      if (store.storePushed(db, records, loader) === "failed") return "failed";
    }
    return "more";
  } finally {
    loader.finish();
  }
}
