import { assertInvariant, sameBytes } from "../../base/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { ParkedPacket } from "../parking.ts";
import { countingTogether } from "../statistics.ts";
import type { RecordsStatistics } from "../statistics.ts";
import type { RecordsStorage } from "../storage/storage.ts";
import { HelperSlots } from "./helper-slots.ts";
import { isUsable, KeyWait, type KeyWaitContext, keyWaits } from "./key-wait.ts";

/** `busy`: somebody else has the chain, or waits for it in front of us. */
export type ChainLockResult = "locked" | "busy" | "failed";

/**
 * Chain locks of the daemon's own work, taken without waiting (`records.md` 4.5). Whoever finds a
 * chain busy parks its packet here and is called again with the lock held.
 *
 * The daemon never holds two chains, and never one across turns of the loop.
 */
export class KeyLocks {
  readonly #context: KeyWaitContext;
  #holder: Database | undefined;

  constructor(host: RecordsHost, storage: RecordsStorage, stats: RecordsStatistics) {
    this.#context = {
      host,
      storage,
      slots: new HelperSlots(),
      counting: (db) => countingTogether(stats.locks, db.tally.locks),
    };
  }

  /** Tries to lock the chain of `key`. After "locked" the caller must {@link release} in this turn. */
  acquire(db: Database, key: Uint8Array): ChainLockResult {
    assertInvariant(this.#holder === undefined, `lock a second chain, in ${db.name}`);
    if (!this.#serves(db, key)) {
      if (!isUsable(db, this.#context.host)) return "busy";
      if (keyWaits.of(db).has(key)) return "busy";
      try {
        if (!db.tdb.tryChainLock(key)) return "busy";
      } catch (error) {
        this.#context.host.log.error(`lock record in ${db.name}: ${faultText(error)}`);
        return "failed";
      }
    }
    this.#holder = db;
    return "locked";
  }

  /** Gives the chain back. */
  release(db: Database, key: Uint8Array): void {
    assertInvariant(this.#holder === db, `unlock a chain that is not held, in ${db.name}`);
    this.#holder = undefined;
    if (!this.#serves(db, key)) db.tdb.chainUnlock(key);
  }

  /** Parks a packet until the chain is ours; `false` when the database has no place left. */
  wait(db: Database, key: Uint8Array, packet: ParkedPacket): boolean {
    let wait = keyWaits.of(db).get(key);
    if (wait === undefined) {
      if (db.parking.full) return false;
      const started: KeyWait = new KeyWait(
        this.#context,
        db,
        key,
        () => keyWaits.of(db).delete(started.key),
      );
      keyWaits.of(db).set(started.key, started);
      wait = started;
    }
    return wait.park(packet);
  }

  /** The database is usable again: those who slept meanwhile go on. */
  thawed(db: Database): void {
    for (const wait of keyWaits.of(db).values()) wait.thawed();
  }

  /** Drops all that wait for chains of a database that goes away. */
  drop(db: Database): void {
    for (const wait of keyWaits.of(db).values()) wait.drop();
    keyWaits.of(db).clear();
  }

  /** Whether the chain is held for this very key while its parked packets are served. */
  #serves(db: Database, key: Uint8Array): boolean {
    return db.servedKey !== undefined && sameBytes(db.servedKey, key);
  }
}
