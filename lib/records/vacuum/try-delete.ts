import {
  type MarshalledRecord,
  readRecordHeader,
  RECORD_HEADER_SIZE,
  type RecordHeader,
  RecoveryMode,
} from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import type { VacuumParts } from "./run-context.ts";
import { inSlices } from "./step.ts";
import { deleteNow, hasReadonlyFlags, underChain } from "./tombstone.ts";

/**
 * TRY_DELETE_RECORDS: the lmaster and owner of empty records has stale copies deleted here
 * (`records.md` 10.6). `done` gets, in a later turn, those that were not, exactly as they came.
 */
export function tryDeleteRecords(
  parts: VacuumParts,
  db: Database,
  records: readonly MarshalledRecord[],
  done: (refused: readonly MarshalledRecord[]) => void,
): void {
  const refused: MarshalledRecord[] = [];
  const one = (record: MarshalledRecord) => {
    if (!tryDelete(parts, db, record)) refused.push(record);
  };
  inSlices(parts.host, records, one, () => done(refused));
}

function tryDelete(parts: VacuumParts, db: Database, { key, data }: MarshalledRecord): boolean {
  const { host, store, locks } = parts;
  const sent = data.length === RECORD_HEADER_SIZE ? readRecordHeader(data) : undefined;
  if (sent === undefined || store.isLmaster(key)) return false;
  // Meanwhile a recovery decides which copies count.
  if (db.detached || host.recoveryMode !== RecoveryMode.NORMAL) return false;
  return underChain(host, locks, db, key, () => deleteCopy(parts, db, key, sent)) ?? false;
}

/** Whether there is no copy any more. */
function deleteCopy(
  { host }: VacuumParts,
  db: Database,
  key: Uint8Array,
  sent: RecordHeader,
): boolean {
  const local = db.tdb.readLocked(
    key,
    (bytes, start, end) =>
      end - start < RECORD_HEADER_SIZE ? "none" : readRecordHeader(bytes, start) ?? "none",
  );
  if (local === undefined) return true;
  if (local === "none") {
    deleteNow(db, key);
    return true;
  }
  const newer = local.rsn > sent.rsn;
  if (newer || hasReadonlyFlags(sent) || hasReadonlyFlags(local)) return false;
  return local.dmaster !== host.pnn && deleteNow(db, key) === "deleted";
}
