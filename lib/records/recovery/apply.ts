import { APPLY_SLICE_RECORDS, RECOVERY_SLICE_MS } from "../../limits/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordStore } from "../record-store.ts";
import type { FreezeTransaction } from "./freeze-transaction.ts";
import { StagedRecords } from "./staged-records.ts";

/** Records between two looks at the clock. */
const LOOK_RECORDS = 16;
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
      const end_ms = host.clock.now() + RECOVERY_SLICE_MS;
      const stored = storeSlice(store, db, records, () => host.clock.now() < end_ms);
      if (typeof stored === "string") return done(stored === "all");
      applied += stored;
    } catch (error) {
      host.log.error(`apply recovery to ${db.name}: ${faultText(error)}`);
      return done(false);
    }
    if (host.clock.now() - told_ms >= TELL_INTERVAL_MS) {
      told_ms = host.clock.now();
      host.log.notice(`apply recovery to ${db.name}: ${applied} records so far`);
    }
    host.slice(slice);
  };
  host.slice(slice);
}

/**
 * Stores the next records, as long as there `isTime`, and tells how many; nothing is left set aside
 * in the file, whose lock may be lost then.
 */
function storeSlice(
  store: RecordStore,
  db: Database,
  records: StagedRecords,
  isTime: () => boolean,
): number | "all" | "failed" {
  const loader = db.tdb.loader(records.bytesLeft);
  let stored = 0;
  try {
    while (stored < APPLY_SLICE_RECORDS) {
      if (!records.next()) return "all";
      // Through the store rule, so that the RSN grows at the new owner and nowhere else (13.5).
      if (store.storePushed(db, records, loader) === "failed") return "failed";
      if (++stored % LOOK_RECORDS === 0 && !isTime()) break;
    }
    return stored;
  } finally {
    loader.finish();
  }
}
