import { MAX_DELETE_QUEUE_RECORDS, MAX_VACUUM_QUEUE_BYTES } from "../limits/mod.ts";
import { hashKey, type RecordHeader } from "../wire/mod.ts";
import { FlatRecords } from "./flat-records.ts";

const LIMIT = { records: MAX_DELETE_QUEUE_RECORDS, bytes: MAX_VACUUM_QUEUE_BYTES };

/**
 * Empty records of one volatile database that wait to be vacuumed (`records.md` 10.1). One entry for
 * each key hash; of two keys with equal hash the first stays, a full run finds the other.
 *
 * A vacuum run takes the whole queue over, and looks at its entries by their numbers; what it does not
 * decide is joined with what has been queued meanwhile.
 */
export class DeleteQueue {
  readonly #records: FlatRecords;

  constructor(limit = LIMIT) {
    this.#records = new FlatRecords(limit);
  }

  get size(): number {
    return this.#records.size;
  }

  /** Queues a copy of `key`; the same key again takes the newer header. */
  schedule(key: Uint8Array, header: RecordHeader): void {
    const hash = hashKey(key);
    const old = this.#records.find(hash);
    if (old === 0) this.#records.add(hash, key, header);
    else if (this.#records.isKey(old, key)) this.#records.setHeader(old, header);
  }

  /** Forgets `key`: it has data again. */
  remove(key: Uint8Array): void {
    if (this.#records.size === 0) return;
    const entry = this.#records.find(hashKey(key));
    if (entry !== 0 && this.#records.isKey(entry, key)) this.#records.delete(entry);
  }

  /** The numbers of all entries; entries may be deleted meanwhile. */
  entries(): Iterable<number> {
    return this.#records.slots();
  }

  /** The key of an entry where it lies, valid until the entry is deleted. */
  key(entry: number): Uint8Array {
    return this.#records.key(entry);
  }

  /** The header when it was queued: an RSN that has moved on means the record was used again. */
  header(entry: number): RecordHeader {
    return this.#records.header(entry);
  }

  /** Takes an entry out, of which everything is decided. */
  delete(entry: number): void {
    this.#records.delete(entry);
  }

  /**
   * What a vacuum run could not decide, with what has been queued since, which counts where both have
   * an entry. Made of one of the two, the other is not to be used any more.
   */
  static joined(undecided: DeleteQueue, since: DeleteQueue): DeleteQueue {
    const kept = undecided.size > since.size ? undecided : since;
    const moved = kept === since ? undecided : since;
    for (const entry of moved.entries()) kept.#take(moved, entry, moved === since);
    return kept;
  }

  /** Takes an entry of another queue over, unless there is one that counts more. */
  #take(other: DeleteQueue, entry: number, counts: boolean): void {
    const hash = other.#records.hash(entry);
    const own = this.#records.find(hash);
    if (own !== 0) {
      if (!counts) return;
      this.#records.delete(own);
    }
    this.#records.add(hash, other.key(entry), other.header(entry));
  }
}
