import { CopyArena, sameBytes } from "../base/mod.ts";
import { MAX_DELETE_QUEUE_RECORDS } from "../limits/mod.ts";
import { hashKey, type RecordHeader } from "../wire/mod.ts";

/** A record that was empty when it was queued; the vacuum looks whether it still is. */
export interface QueuedDeletion {
  readonly key: Uint8Array;
  /** The header at that time: an RSN that has moved on means the record was used again. */
  readonly header: RecordHeader;
}

/**
 * Empty records of one volatile database that wait to be vacuumed (`records.md` 10.1). One entry for
 * each key hash; of two keys with equal hash the first stays, a full run finds the other.
 */
export class DeleteQueue {
  #entries = new Map<number, QueuedDeletion>();
  #room = CopyArena.growing();

  get size(): number {
    return this.#entries.size;
  }

  /** Queues a copy of `key`; the same key again takes the newer header. */
  schedule(key: Uint8Array, { rsn, dmaster, flags }: RecordHeader): void {
    const hash = hashKey(key);
    const old = this.#entries.get(hash);
    if (
      old !== undefined ? !sameBytes(old.key, key) : this.#entries.size >= MAX_DELETE_QUEUE_RECORDS
    ) return;
    this.#entries.set(hash, {
      key: old?.key ?? this.#room.copy(key),
      header: { rsn, dmaster, flags },
    });
  }

  /** Takes back what a vacuum run could not decide, unless something newer is queued. */
  putBack(entry: QueuedDeletion): void {
    const hash = hashKey(entry.key);
    if (this.#entries.has(hash) || this.#entries.size >= MAX_DELETE_QUEUE_RECORDS) return;
    this.#entries.set(hash, entry);
  }

  /** Forgets `key`: it has data again. */
  remove(key: Uint8Array): void {
    if (this.#entries.size === 0) return;
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry !== undefined && sameBytes(entry.key, key)) this.#entries.delete(hash);
  }

  /** Hands everything over, to a vacuum run, and starts empty. */
  takeAll(): readonly QueuedDeletion[] {
    const entries = [...this.#entries.values()];
    this.#entries = new Map();
    this.#room = CopyArena.growing();
    return entries;
  }
}
