import { MAX_TOLD_KEY_BYTES, MAX_TOLD_WAITS } from "../../limits/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsStorage } from "../storage/storage.ts";
import { keyWaits } from "./key-wait.ts";

/** A lock that this node does not get. */
export interface LockWait {
  readonly dbId: number;
  /** Absent for the lock over the whole database. */
  readonly key?: Uint8Array<ArrayBuffer>;
  readonly chain?: number;
  /** Absent where nobody took the time. */
  readonly waited_ms?: number;
  /** Requests that wait for it. */
  readonly requests: number;
  /** Threads that own the mutex of the chain, or the one for all chains. */
  readonly ownerThreads: readonly number[];
}

/** Some of the {@link LockWait}s, and how many there are. */
export interface LockWaits {
  readonly total: number;
  readonly waits: readonly LockWait[];
}

/** What this node waits for, those databases first that a recovery wants whole. */
export function lockWaits(databases: readonly Database[], storage: RecordsStorage): LockWaits {
  const whole = databases.filter(({ freeze }) => freeze === "pending");
  const total = databases.reduce((sum, db) => sum + keyWaits.of(db).size, whole.length);
  const waits: LockWait[] = whole.slice(0, MAX_TOLD_WAITS).map(({ id }) => ({
    dbId: id,
    requests: 1,
    ownerThreads: [],
  }));
  for (const db of databases) {
    // The first of a database have waited longest.
    for (const wait of keyWaits.of(db).values()) {
      if (waits.length >= MAX_TOLD_WAITS) return { total, waits };
      const owners = storage.chainOwners(db.file, wait.key);
      waits.push({
        dbId: db.id,
        key: wait.key.slice(0, MAX_TOLD_KEY_BYTES),
        ...(owners === undefined ? {} : { chain: owners.chain }),
        ...wait.standing,
        ownerThreads: owners?.threads ?? [],
      });
    }
  }
  return { total, waits };
}
