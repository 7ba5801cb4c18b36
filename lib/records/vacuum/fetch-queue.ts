import { CopyArena } from "../../base/mod.ts";
import { MAX_FETCH_QUEUE_KEYS } from "../../limits/mod.ts";
import { hashKey } from "../../wire/mod.ts";

/**
 * Keys of empty records that other nodes own and cannot delete: this node, their lmaster, shall pull
 * them in the next vacuum run (`records.md` 10.1). One key for each key hash, the newest.
 */
export class FetchQueue {
  #keys = new Map<number, Uint8Array>();
  #room = CopyArena.growing();

  get size(): number {
    return this.#keys.size;
  }

  /** Queues a copy of `key`. */
  add(key: Uint8Array): void {
    const hash = hashKey(key);
    if (this.#keys.size >= MAX_FETCH_QUEUE_KEYS && !this.#keys.has(hash)) return;
    this.#keys.set(hash, this.#room.copy(key));
  }

  /** Hands everything over, to a vacuum run, and starts empty. */
  takeAll(): readonly Uint8Array[] {
    const keys = [...this.#keys.values()];
    this.#keys = new Map();
    this.#room = CopyArena.growing();
    return keys;
  }
}
