import { tdbHash } from "./hash.ts";
import { NOT_CLEAR, NOT_THERE } from "./mapped-records.ts";
import { pointerTo, sizeOf } from "./native-calls.ts";
import { loggingContext, quietContext, seriousLineCount } from "./native-log.ts";
import { NativeWalks } from "./native-walks.ts";
import type { StoreMode } from "./tdb.ts";
import { joinForNow } from "./value-parts.ts";

const REPLACE = 1;
const STORE_MODES = { replace: REPLACE, insert: 2, modify: 3 } as const;

/**
 * Single records of a file of libtdb, as they are changed: in the file's own memory where a record
 * has room and changes are not counted, else by libtdb, without its log where a chain is as it should
 * be. The log is a function of ours, and only what calls none is called fast; what fails is done
 * again, and then says why.
 */
export abstract class NativeStores extends NativeWalks {
  /** INCOMPATIBLE_HASH if that is what the file was made with. */
  protected abstract readonly hashFlags: number;
  /** Changes are counted in the file, as smbd wants it of most of its databases: by libtdb alone. */
  protected counts = false;
  readonly #quiet = quietContext();
  readonly #loud = loggingContext();

  storeLocked(key: Uint8Array, value: Uint8Array, length: number = value.length): void {
    const at = this.find(key);
    if (at > NOT_THERE && !this.counts && this.records!.replace(at, value, length)) return;
    this.#storeAnew(at, key, value, length);
  }

  storeParts(key: Uint8Array, begin: Uint8Array, rest: Uint8Array, restStays: boolean): void {
    const at = this.find(key);
    const inPlace = at > NOT_THERE && !this.counts;
    if (inPlace && this.records!.replaceParts(at, begin, rest, restStays)) return;
    this.#storeAnew(at, key, joinForNow(begin, rest), begin.length + rest.length);
  }

  /** Where `MappedRecords` has the record, {@link NOT_THERE} or {@link NOT_CLEAR}. */
  protected find(key: Uint8Array): number {
    const records = this.mapped;
    if (records === undefined) return NOT_CLEAR;
    return records.find(key, tdbHash(key, this.hashFlags), 0, key.length);
  }

  /** Stores through libtdb what is counted, or does not fit where the record is, at `at`. */
  #storeAnew(at: number, key: Uint8Array, value: Uint8Array, length: number): void {
    if (at === NOT_CLEAR) return this.storeFirst(key, key.length, value, length);
    if (at === NOT_THERE || this.records!.hasRoom(at, length)) {
      if (!this.#storeQuietly(key, value, length)) this.storeFirst(key, key.length, value, length);
      return;
    }
    const old = this.records!.value(at);
    try {
      this.storeFirst(key, key.length, value, length);
    } catch (error) {
      this.#putBack(key, old);
      throw error;
    }
  }

  /** {@link storeFirst} in a chain that is as it should be; `false`: failed, and shall say why. */
  #storeQuietly(key: Uint8Array, value: Uint8Array, length: number): boolean {
    const handle = this.handleFor("store");
    const { tdb_set_logging_function, quiet_store } = this.tdb;
    tdb_set_logging_function(handle, this.#quiet);
    const [name, size] = [pointerTo(key), sizeOf(key.length)];
    const status = quiet_store(handle, name, size, pointerTo(value), sizeOf(length), REPLACE);
    tdb_set_logging_function(handle, this.#loud);
    return status === 0;
  }

  /**
   * libtdb takes a record out before it looks for the room that a larger one needs: when there is
   * none, the record is gone. There is room for what was there.
   */
  #putBack(key: Uint8Array, old: Uint8Array): void {
    try {
      if (!this.exists(key)) this.store(key, old, "insert");
    } catch {
      // What failed first is what the caller hears of.
    }
  }

  store(key: Uint8Array, value: Uint8Array, mode: StoreMode = "replace"): void {
    const before = seriousLineCount();
    const handle = this.handleFor("store");
    const [name, nameSize] = [pointerTo(key), sizeOf(key.length)];
    const [data, size] = [pointerTo(value), sizeOf(value.length)];
    const status = this.tdb.tdb_store(handle, name, nameSize, data, size, STORE_MODES[mode]);
    this.#assertStored(status, before, mode === "modify");
  }

  storeFirst(key: Uint8Array, keyLength: number, value: Uint8Array, valueLength: number): void {
    const before = seriousLineCount();
    const handle = this.handleFor("store");
    const [name, nameSize] = [pointerTo(key), sizeOf(keyLength)];
    const [data, size] = [pointerTo(value), sizeOf(valueLength)];
    const status = this.tdb.tdb_store(handle, name, nameSize, data, size, REPLACE);
    this.#assertStored(status, before, false);
  }

  #assertStored(status: number, linesBefore: number, mayMiss: boolean): void {
    if (status !== 0) throw this.writeError("store", mayMiss);
    this.assertReadable("store", linesBefore);
  }

  delete(key: Uint8Array): boolean {
    if (this.#deleteQuietly(key)) return true;
    if (this.tdb.tdb_delete(this.handleFor("delete"), pointerTo(key), sizeOf(key.length)) === 0) {
      return true;
    }
    if (this.lastCode() === "NOEXIST") return false;
    throw this.lastError("delete");
  }

  #deleteQuietly(key: Uint8Array): boolean {
    const handle = this.handleFor("delete");
    const { tdb_set_logging_function, quiet_delete } = this.tdb;
    tdb_set_logging_function(handle, this.#quiet);
    const status = quiet_delete(handle, pointerTo(key), sizeOf(key.length));
    tdb_set_logging_function(handle, this.#loud);
    return status === 0;
  }

  exists(key: Uint8Array): boolean {
    const before = seriousLineCount();
    const status = this.tdb.tdb_exists(
      this.handleFor("exists"),
      pointerTo(key),
      sizeOf(key.length),
    );
    this.assertReadable("find", before);
    return status === 1;
  }

  /** libtdb reports a chain that it cannot read as one without the record, except in its log. */
  protected assertReadable(operation: string, linesBefore: number): void {
    if (seriousLineCount() !== linesBefore) throw this.failure(operation, "CORRUPT");
  }
}
