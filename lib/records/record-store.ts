import { lmasterOf, RECORD_HEADER_SIZE, RecordFlag, writeRecordValue } from "../wire/mod.ts";
import { faultText } from "./errors.ts";
import type { Database } from "./database.ts";
import { type FetchedRecord, type MutableHeader, NO_DATA, splitValue } from "./header.ts";
import type { RecordsHost } from "./host.ts";
import { applyStoreRule } from "./store-rule.ts";

/** How a store ended. `missing`: the rule said delete, and there was nothing to delete. */
export type StoreResult = "stored" | "deleted" | "missing" | "failed";

const SCRATCH_BYTES = 64 * 1024;

/**
 * Fetch and store under the rules of `records.md` 4. Callers hold the chain lock of the key, or the
 * lock over the whole file.
 */
export class RecordStore {
  readonly #host: RecordsHost;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);

  constructor(host: RecordsHost) {
    this.#host = host;
  }

  /** Location master of a key by the current vnn map. */
  lmaster(key: Uint8Array): number {
    return lmasterOf(this.#host.vnnmap, key);
  }

  isLmaster(key: Uint8Array): boolean {
    return this.lmaster(key) === this.#host.pnn;
  }

  /** The record if it is there, without making one up. */
  peek(db: Database, key: Uint8Array): FetchedRecord | undefined {
    const value = db.tdb.fetchLocked(key);
    return value === undefined ? undefined : splitValue(value);
  }

  /** The fetch rule (4.3): a missing record gets an initial header, and may be stored with it. */
  fetch(db: Database, key: Uint8Array): FetchedRecord {
    const found = this.peek(db, key);
    if (found !== undefined) return found;
    const header: MutableHeader = {
      rsn: 0n,
      dmaster: this.lmaster(key),
      flags: RecordFlag.AUTOMATIC,
    };
    if (db.kind === "persistent" || header.dmaster === this.#host.pnn) {
      this.store(db, key, header, NO_DATA);
    }
    return { header, data: NO_DATA };
  }

  /** The store rule of the database's kind (4.1, 4.2). Changes `header` as the rule says. */
  store(db: Database, key: Uint8Array, header: MutableHeader, data: Uint8Array): StoreResult {
    if (!db.volatile) return this.#write(db, key, header, data);
    const decision = applyStoreRule(
      header,
      data.length,
      this.#host.pnn,
      () => this.isLmaster(key),
    );
    const result = decision.keep ? this.#write(db, key, header, data) : this.remove(db, key);
    if (result === "failed" || result === "missing") return result;
    if (decision.schedule) db.deleteQueue.schedule(key, header);
    else db.deleteQueue.remove(key);
    return result;
  }

  /** Deletes the key from the file, whatever it holds. */
  remove(db: Database, key: Uint8Array): StoreResult {
    try {
      return db.tdb.delete(key) ? "deleted" : "missing";
    } catch (error) {
      this.#host.log.error(`delete record in ${db.name}: ${faultText(error)}`);
      return "failed";
    }
  }

  #write(db: Database, key: Uint8Array, header: MutableHeader, data: Uint8Array): StoreResult {
    try {
      db.tdb.storeLocked(key, this.#value(header, data));
      return "stored";
    } catch (error) {
      this.#host.log.error(`store record in ${db.name}: ${faultText(error)}`);
      return "failed";
    }
  }

  /** The value to store, which lives until the next one: the file copies it. */
  #value(header: MutableHeader, data: Uint8Array): Uint8Array {
    const size = RECORD_HEADER_SIZE + data.length;
    // Most records are small, and a new array costs more than all the rest of a store.
    const target = size <= SCRATCH_BYTES ? this.#scratch.subarray(0, size) : new Uint8Array(size);
    writeRecordValue(target, header, data);
    return target;
  }
}
