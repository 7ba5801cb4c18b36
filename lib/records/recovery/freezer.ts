import { MAX_FREEZE_REQUESTS } from "../../limits/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import {
  type DatabaseLock,
  type DatabaseLockParts,
  lockDatabase,
  tryLockDatabase,
} from "../locks/database-lock.ts";
import { pushes } from "./push.ts";

/** What {@link Freezer} tells the other parts of the layer. */
export interface FreezerEvents {
  /** The database is about to freeze: what would be in the way stops. */
  freezing(db: Database): void;
  /** The database is usable again. */
  thawed(db: Database): void;
}

/** A database's lock while it is frozen, and those who wait for it. */
interface Frozen {
  lock: DatabaseLock | undefined;
  waiting: ((ok: boolean) => void)[];
}

/** Locks whole databases for recoveries, and lets them go (`records.md` 13.1, 13.2). */
export class Freezer {
  readonly #parts: DatabaseLockParts & { readonly databases: DatabaseList };
  readonly #events: FreezerEvents;
  readonly #frozen = new Map<Database, Frozen>();
  #allFrozen = false;

  constructor(
    parts: DatabaseLockParts & { readonly databases: DatabaseList },
    events: FreezerEvents,
  ) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Whether the last {@link freezeAll} came through and nothing has undone it. */
  get allFrozen(): boolean {
    return this.#allFrozen;
  }

  /** Freezes one database; `done` comes now if it is frozen, else when it is or cannot be. */
  freeze(db: Database, done: (ok: boolean) => void): void {
    if (db.freeze === "frozen") return done(true);
    let frozen = this.#frozen.get(db);
    if (frozen === undefined) this.#frozen.set(db, frozen = { lock: undefined, waiting: [] });
    if (frozen.waiting.length >= MAX_FREEZE_REQUESTS) return done(false);
    frozen.waiting.push(done);
    if (db.freeze === "pending") return;
    db.phase.freezing();
    this.#events.freezing(db);
    this.#lockInSlices(db, frozen, db.tdb.prepareLockAll()[Symbol.iterator]());
  }

  /** A file with a hundred thousand mutexes is some milliseconds, and a recovery freezes all at once. */
  #lockInSlices(db: Database, frozen: Frozen, preparation: Iterator<void>): void {
    this.#parts.host.slice(() => {
      if (this.#frozen.get(db) === frozen && preparation.next().done !== true) {
        this.#lockInSlices(db, frozen, preparation);
      } else if (!db.gate.whenIdle(() => this.#lock(db, frozen))) {
        this.#failed(db, frozen, "too busy");
      }
    });
  }

  /** Ends the freeze, and the transaction in it, whatever state it is in. */
  thaw(db: Database): void {
    const frozen = this.#frozen.get(db);
    if (frozen === undefined) return;
    this.#frozen.delete(db);
    db.setTransaction(undefined);
    pushes.of(db).push?.discard();
    db.phase.thawed();
    frozen.lock?.release();
    for (const done of frozen.waiting) done(false);
    this.#events.thawed(db);
  }

  /**
   * Freezes all databases because this node becomes inactive: what volatile ones hold is outdated
   * from now on. Databases that came later are frozen by calling this again.
   */
  freezeAll(done: (ok: boolean) => void): void {
    const databases = this.#parts.databases.all();
    let left = databases.length + 1;
    let allOk = true;
    const one = (ok: boolean) => {
      allOk &&= ok;
      if (--left > 0) return;
      this.#allFrozen = allOk;
      done(allOk);
    };
    for (const db of databases) {
      if (db.volatile) db.phase.becameOutdated();
      this.freeze(db, one);
    }
    one(true);
  }

  /** Undoes {@link freezeAll}; does nothing without one. */
  thawAll(): void {
    if (!this.#allFrozen) return;
    this.#allFrozen = false;
    for (const db of this.#parts.databases.all()) this.thaw(db);
  }

  /**
   * Lets the worker process at a frozen file. Clients can read meanwhile, which is harmless: the
   * worker's own transaction shows them the old content or the new.
   */
  lend(db: Database): void {
    const frozen = this.#frozen.get(db);
    frozen?.lock?.release();
    if (frozen !== undefined) frozen.lock = undefined;
  }

  /** Takes the lock back; not to get it is no harm either, for the same reason. */
  takeBack(db: Database): void {
    const frozen = this.#frozen.get(db);
    if (frozen !== undefined) frozen.lock = tryLockDatabase(db);
  }

  /** Forgets a database that goes away. */
  drop(db: Database): void {
    const frozen = this.#frozen.get(db);
    this.#frozen.delete(db);
    pushes.of(db).push?.discard();
    db.setTransaction(undefined);
    frozen?.lock?.release();
    for (const done of frozen?.waiting ?? []) done(false);
  }

  #lock(db: Database, frozen: Frozen): void {
    if (this.#frozen.get(db) !== frozen) return; // thawed while it waited
    let pending = true;
    const lock = lockDatabase(this.#parts, db, {
      locked: () => {
        pending = false;
        db.phase.frozenNow();
        // Callbacks run when `frozen.lock` is set, since they may thaw at once.
        this.#parts.host.defer(() => this.#locked(frozen));
      },
      failed: (reason) => {
        pending = false;
        this.#failed(db, frozen, reason);
      },
      lost: (reason) => {
        this.#parts.host.log.error(`freeze of ${db.name}, lock lost, thawed: ${reason}`);
        this.thaw(db);
      },
    });
    if (pending || db.freeze === "frozen") frozen.lock = lock;
  }

  #locked(frozen: Frozen): void {
    const waiting = frozen.waiting;
    frozen.waiting = [];
    for (const done of waiting) done(true);
  }

  #failed(db: Database, frozen: Frozen, reason: string): void {
    if (this.#frozen.get(db) !== frozen) return;
    this.#parts.host.log.error(`freeze ${db.name}: ${reason}`);
    this.thaw(db);
  }
}
