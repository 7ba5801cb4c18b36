import type { Timer } from "../../base/mod.ts";
import { INACTIVE_FLAGS } from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { HelperLock, RecordsStorage } from "../storage/storage.ts";

const LOG_INTERVAL_ms = 10_000;

/** A lock that is waited for: of one record, or without a key of a whole database. */
interface WaitedLock {
  readonly db: Database;
  readonly helper: HelperLock;
  readonly since_ms: number;
  readonly key?: Uint8Array;
}

/**
 * Says every 10 s that a lock is still waited for, and who has it (`records.md` 14.3). Nothing else is
 * done about it: a client may hold a lock for as long as it likes.
 */
export function hungLockLog(
  host: RecordsHost,
  storage: RecordsStorage,
  { db, helper, since_ms, key }: WaitedLock,
): { cancel(): void } {
  let timer: Timer;
  const arm = () => {
    timer = host.setTimer(LOG_INTERVAL_ms, () => {
      const waited_s = Math.round((host.clock.now() - since_ms) / 1000);
      const what = key === undefined ? "database" : "record";
      host.log.error(
        `unable to lock ${what} in ${db.name} for ${waited_s} seconds: helper ` +
          `${helper.pid ?? "not started"}, ${storage.lockHolder(db.file, key)}`,
      );
      // An inactive node has cut its clients off, so who holds a record is no news there.
      const active = (host.nodeFlags(host.pnn) & INACTIVE_FLAGS) === 0;
      if (key === undefined) storage.debugLock(db.file, "DB", helper.pid);
      else if (active) storage.debugLock(db.file, "RECORD", helper.pid);
      arm();
    });
  };
  arm();
  return { cancel: () => timer.cancel() };
}
