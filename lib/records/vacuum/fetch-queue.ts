import { MAX_FETCH_QUEUE_KEYS, MAX_VACUUM_QUEUE_BYTES } from "../../limits/mod.ts";
import { hashKey } from "../../wire/mod.ts";
import { FlatRecords } from "../flat-records.ts";

const LIMIT = { records: MAX_FETCH_QUEUE_KEYS, bytes: MAX_VACUUM_QUEUE_BYTES };
const NO_HEADER = { rsn: 0n, dmaster: 0, flags: 0 };

/**
 * Keys of empty records that somebody else has a say in: those that other nodes own and cannot delete,
 * so that this node, their lmaster, shall pull them in the next vacuum run (`records.md` 10.1), and
 * those that it asks another lmaster to pull. One key for each key hash, the newest.
 */
export class FetchQueue {
  readonly #records: FlatRecords;

  constructor(limit = LIMIT) {
    this.#records = new FlatRecords(limit);
  }

  get size(): number {
    return this.#records.size;
  }

  /** Queues a copy of `key`. */
  add(key: Uint8Array): void {
    const hash = hashKey(key);
    const old = this.#records.find(hash);
    if (old !== 0) {
      if (this.#records.isKey(old, key)) return;
      this.#records.delete(old);
    }
    this.#records.add(hash, key, NO_HEADER);
  }

  /** All keys, where they lie: valid as long as nothing is added. */
  *keys(): Generator<Uint8Array, void> {
    for (const slot of this.#records.slots()) yield this.#records.key(slot);
  }
}
