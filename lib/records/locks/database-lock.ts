import type { Database } from "../database.ts";
import { faultText } from "../errors.ts";
import type { RecordsHost } from "../host.ts";
import { countingTogether, type RecordsStatistics } from "../statistics.ts";
import type { HelperLock, HelperLockEvents, RecordsStorage } from "../storage/storage.ts";
import { hungLockLog } from "./hung-lock.ts";

/** What {@link lockDatabase} works with. */
export interface DatabaseLockParts {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly stats: RecordsStatistics;
}

/** The lock over a whole database, or the wait for it. */
export interface DatabaseLock {
  /** Gives the lock back, or the wait up. Twice does nothing. */
  release(): void;
}

/**
 * Locks all chains of a database for our own handle: with it if nobody is in the way, else through a
 * helper process that waits, whose lock the handle is then told to believe in (`records.md` 13.3).
 * `locked` and `failed` may come before this returns.
 */
export function lockDatabase(
  parts: DatabaseLockParts,
  db: Database,
  events: HelperLockEvents,
): DatabaseLock {
  const counting = countingTogether(parts.stats.locks, db.tally.locks);
  try {
    if (db.tdb.tryLockAll()) {
      counting.granted(0);
      const lock = ownLock(db);
      events.locked();
      return lock;
    }
  } catch (error) {
    counting.failed();
    events.failed(faultText(error));
    return { release: () => {} };
  }
  return new HelperDatabaseLock(parts, db, events);
}

/** The lock without waiting, if nobody is in the way. */
export function tryLockDatabase(db: Database): DatabaseLock | undefined {
  return db.tdb.tryLockAll() ? ownLock(db) : undefined;
}

function ownLock(db: Database): DatabaseLock {
  let held = true;
  return {
    release: () => {
      if (held) db.tdb.unlockAll();
      held = false;
    },
  };
}

class HelperDatabaseLock implements DatabaseLock {
  readonly #parts: DatabaseLockParts;
  readonly #db: Database;
  readonly #events: HelperLockEvents;
  readonly #helper: HelperLock;
  readonly #hung: { cancel(): void };
  readonly #since_ms: number;
  #state: "waiting" | "marked" | "ended" = "waiting";

  constructor(parts: DatabaseLockParts, db: Database, events: HelperLockEvents) {
    this.#parts = parts;
    this.#db = db;
    this.#events = events;
    this.#since_ms = parts.host.clock.now();
    this.#counting.current(1);
    this.#helper = parts.storage.lockDatabase(db.file, {
      locked: () => this.#locked(),
      failed: (reason) => {
        this.#counting.failed();
        this.#end();
        events.failed(reason);
      },
      lost: (reason) => {
        this.#end();
        events.lost(reason);
      },
    });
    this.#hung = hungLockLog(parts.host, parts.storage, {
      db,
      helper: this.#helper,
      since_ms: this.#since_ms,
    });
  }

  release(): void {
    this.#end();
  }

  get #counting() {
    return countingTogether(this.#parts.stats.locks, this.#db.tally.locks);
  }

  #locked(): void {
    this.#hung.cancel();
    this.#counting.granted((this.#parts.host.clock.now() - this.#since_ms) / 1000);
    this.#state = "marked";
    this.#db.tdb.lockAllMark();
    this.#db.tdb.transactionLockMark();
    this.#events.locked();
  }

  #end(): void {
    if (this.#state === "ended") return;
    if (this.#state === "marked") {
      this.#db.tdb.transactionLockUnmark();
      this.#db.tdb.lockAllUnmark();
    }
    this.#state = "ended";
    this.#hung.cancel();
    this.#helper.release();
    this.#counting.current(-1);
  }
}
