import { MAX_DONOR_BYTES } from "../limits/mod.ts";
import { tdbHash } from "./hash.ts";
import { type MappedRecords, NOT_THERE, roomFor } from "./mapped-records.ts";
import type { PlacedRecord, RecordLoader, Tdb } from "./tdb.ts";

/** Below this it is not worth setting anything aside. */
const WORTHWHILE_BYTES = 4 * 1024;
/** Parts of what is expected that are set aside at once: what is left of the last goes back. */
const DONOR_SHARE = 8;
/** Records that shall fit into what is set aside; a larger one gets room of its own. */
const FITTING_RECORDS = 8;
const DONOR_KEY_BYTES = 16;
const NOTHING = new Uint8Array(0);
/** What donors hold before records are made of them. */
const ZEROS = new Uint8Array(MAX_DONOR_BYTES);

/** Stores through `tdb` alone, one after the other. */
export class PlainLoader implements RecordLoader {
  readonly #tdb: Tdb;

  constructor(tdb: Tdb) {
    this.#tdb = tdb;
  }

  store({ bytes, key, data, end }: PlacedRecord): void {
    const name = bytes.subarray(key, data);
    this.#tdb.storeFirst(name, data - key, bytes.subarray(data, end), end - data);
  }

  finish(): void {}
}

/** What {@link MappedLoader} works on. */
export interface LoadedFile {
  readonly tdb: Tdb;
  readonly records: Pick<MappedRecords, "find" | "replace" | "carve">;
  /** As for {@link tdbHash}. */
  readonly hashFlags: number;
  /** Deletes for good: no dead record is kept for reuse in the key's chain. */
  free(key: Uint8Array): void;
}

/**
 * Stores many records with few calls of libtdb, each of which costs several times what writing the
 * record does: has libtdb store one large empty record, the *donor*, and makes the others of its
 * room, where the file is mapped. Whoever uses it holds the lock over all chains until the end: where
 * changes are counted the donor's end, which libtdb counts, stands for all that was made of it.
 */
export class MappedLoader implements RecordLoader {
  readonly #file: LoadedFile;
  readonly #donorBytes: number;
  readonly #donorKey = crypto.getRandomValues(new Uint8Array(DONOR_KEY_BYTES));
  #donor = NOT_THERE;
  /** The file cannot grow by another donor: perhaps by single records. */
  #full = false;

  /** Whether so many bytes are worth it. */
  static isFor(expected_bytes: number): boolean {
    return expected_bytes / DONOR_SHARE >= WORTHWHILE_BYTES;
  }

  /** @param expected_bytes of keys and values that will come, about */
  constructor(file: LoadedFile, expected_bytes: number) {
    this.#file = file;
    this.#donorBytes = Math.min(MAX_DONOR_BYTES, Math.ceil(expected_bytes / DONOR_SHARE));
  }

  store(record: PlacedRecord): void {
    const { records, hashFlags } = this.#file;
    const hash = tdbHash(record.bytes, hashFlags, record.key, record.data);
    const at = records.find(record.bytes, hash, record.key, record.data);
    if (at === NOT_THERE && this.#makeOfDonor(record, hash)) return;
    this.#storeAlone(record);
  }

  finish(): void {
    this.#full = true;
    this.#freeDonor();
  }

  #makeOfDonor(record: PlacedRecord, hash: number): boolean {
    if (roomFor(record.end - record.key) > this.#donorBytes / FITTING_RECORDS) return false;
    const { records } = this.#file;
    if (this.#donor !== NOT_THERE && records.carve(this.#donor, record, hash)) return true;
    return this.#setAside() && records.carve(this.#donor, record, hash);
  }

  #setAside(): boolean {
    this.#freeDonor();
    if (this.#full) return false;
    const { tdb, records, hashFlags } = this.#file;
    const key = this.#donorKey;
    try {
      tdb.store(key, ZEROS.subarray(0, this.#donorBytes), "insert");
    } catch {
      this.#full = true;
      return false;
    }
    const at = records.find(key, tdbHash(key, hashFlags), 0, key.length);
    if (at > NOT_THERE && records.replace(at, NOTHING, 0)) {
      this.#donor = at;
      return true;
    }
    // The file is not as this expects it: libtdb's own way is left, and no trace of a donor.
    this.#full = true;
    this.#file.free(key);
    return false;
  }

  #freeDonor(): void {
    if (this.#donor === NOT_THERE) return;
    this.#donor = NOT_THERE;
    this.#file.free(this.#donorKey);
  }

  /** What is there already, is large, or has no other place. */
  #storeAlone({ bytes, key, data, end }: PlacedRecord): void {
    const name = bytes.subarray(key, data);
    this.#file.tdb.storeLocked(name, bytes.subarray(data, end), end - data);
  }
}
