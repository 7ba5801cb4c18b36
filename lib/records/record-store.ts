import {
  lmasterOf,
  readRecordHeader,
  RECORD_HEADER_SIZE,
  RecordFlag,
  RO_FLAGS,
  writeRecordHeader,
} from "../wire/mod.ts";
import type { PlacedRecord, RecordLoader } from "../tdb/mod.ts";
import { faultText } from "./errors.ts";
import type { Database } from "./database.ts";
import { type FetchedRecord, type MutableHeader, NO_DATA } from "./header.ts";
import type { RecordsHost } from "./host.ts";
import { applyRuleOfPushed, applyStoreRule } from "./store-rule.ts";
import { TurnMemory } from "./turn-memory.ts";

/** How a store ended. `missing`: the rule said delete, and there was nothing to delete. */
export type StoreResult = "stored" | "deleted" | "missing" | "failed";

/**
 * Fetch and store under the rules of `records.md` 4. Callers hold the chain lock of the key, or the
 * lock over the whole file.
 */
export class RecordStore {
  readonly #host: RecordsHost;
  /** That of the record that is being stored. */
  readonly #header = new Uint8Array(RECORD_HEADER_SIZE);
  readonly #memory = new TurnMemory();

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
    return db.tdb.readLocked(key, this.#recordIn);
  }

  /** The record whose value is a part of `bytes`; `undefined` when it is too short for one. */
  readonly #recordIn = (bytes: Uint8Array, start: number, end: number) => {
    const header = headerIn(bytes, start, end);
    return header === undefined ? undefined : { header, data: this.#dataIn(bytes, start, end) };
  };

  #dataIn(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const data = start + RECORD_HEADER_SIZE;
    return data === end ? NO_DATA : this.#memory.copy(bytes, data, end);
  }

  /** Its header, if it is there. */
  peekHeader(db: Database, key: Uint8Array): MutableHeader | undefined {
    return db.tdb.readLocked(key, headerIn);
  }

  /**
   * {@link fetch} for a call: the data of a record that another node has, and which has no read-only
   * copies, is left out. The call goes to that node, and nobody looks at what is left here.
   */
  fetchForCall(db: Database, key: Uint8Array): FetchedRecord {
    return db.tdb.readLocked(key, this.#recordForCallIn) ?? this.#missing(db, key);
  }

  readonly #recordForCallIn = (bytes: Uint8Array, start: number, end: number) => {
    const header = headerIn(bytes, start, end);
    if (header === undefined) return undefined;
    const elsewhere = header.dmaster !== this.#host.pnn && (header.flags & RO_FLAGS) === 0;
    return { header, data: elsewhere ? NO_DATA : this.#dataIn(bytes, start, end) };
  };

  /** The fetch rule (4.3): a missing record gets an initial header, and may be stored with it. */
  fetch(db: Database, key: Uint8Array): FetchedRecord {
    return this.peek(db, key) ?? this.#missing(db, key);
  }

  #missing(db: Database, key: Uint8Array): FetchedRecord {
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
    return this.#store(db, key, { header, data }, false);
  }

  /** {@link store} of a record that has this data already: only its header is written. */
  storeHeader(db: Database, key: Uint8Array, record: FetchedRecord): StoreResult {
    return this.#store(db, key, record, true);
  }

  #store(db: Database, key: Uint8Array, record: FetchedRecord, dataStays: boolean): StoreResult {
    const { header, data } = record;
    if (!db.volatile) return this.#write(db, key, record, dataStays);
    const decision = applyStoreRule(
      header,
      data.length,
      this.#host.pnn,
      () => this.isLmaster(key),
    );
    const result = decision.keep ? this.#write(db, key, record, dataStays) : this.remove(db, key);
    if (result === "failed" || result === "missing") return result;
    if (decision.schedule) db.deleteQueue.schedule(key, header);
    else db.deleteQueue.remove(key);
    return result;
  }

  /**
   * {@link store} of a record of a volatile database that a recovery has pushed, for many of them:
   * its read-only flags are over. The header is changed where it lies.
   */
  storePushed(db: Database, record: PlacedRecord, loader: RecordLoader): StoreResult {
    const { bytes, key, data, end } = record;
    if (end - data <= RECORD_HEADER_SIZE) {
      return this.store(db, bytes.subarray(key, data), pushedHeader(bytes, data), NO_DATA);
    }
    applyRuleOfPushed(bytes, data, this.#host.pnn);
    try {
      loader.store(record);
    } catch (error) {
      return this.#storeFailed(db, error);
    }
    if (db.deleteQueue.size > 0) db.deleteQueue.remove(bytes.subarray(key, data));
    return "stored";
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

  #write(db: Database, key: Uint8Array, record: FetchedRecord, dataStays: boolean): StoreResult {
    try {
      writeRecordHeader(this.#header, record.header);
      db.tdb.storeParts(key, this.#header, record.data, dataStays);
      return "stored";
    } catch (error) {
      return this.#storeFailed(db, error);
    }
  }

  #storeFailed(db: Database, error: unknown): "failed" {
    this.#host.log.error(`store record in ${db.name}: ${faultText(error)}`);
    return "failed";
  }
}

/** The header of the record whose value is a part of `bytes`; whoever reads it gets one of his own. */
function headerIn(bytes: Uint8Array, start: number, end: number): MutableHeader | undefined {
  if (start + RECORD_HEADER_SIZE > end) return undefined;
  return readRecordHeader(bytes, start) as MutableHeader;
}

/** The header of a pushed value at `at`: whose read-only copies there were is over. */
function pushedHeader(bytes: Uint8Array, at: number): MutableHeader {
  const header = readRecordHeader(bytes, at) as MutableHeader;
  header.flags = (header.flags & ~RO_FLAGS) >>> 0;
  return header;
}
