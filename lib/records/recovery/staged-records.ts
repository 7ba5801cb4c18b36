import { assertInvariant } from "../../base/mod.ts";
import { u32At } from "../../wire/mod.ts";
import type { FreezeTransaction } from "./freeze-transaction.ts";

/** A marshalled record: its length, `u32 reqid`, the lengths of key and data, both (`wire.md` 10.5). */
const RECORD_FIXED_BYTES = 16;
/** A record buffer: database and number of records. */
const BUFFER_FIXED_BYTES = 8;

/**
 * Walks over the records that a recovery has pushed, which were seen to be sound when they came. What
 * {@link next} has found lies in the fields: there are millions, and nothing is made for each.
 */
export class StagedRecords {
  readonly #transaction: FreezeTransaction;
  #next = 0;
  #left = 0;
  /** Of the buffers that are not begun. */
  #behind_bytes: number;
  /** The buffer with the record: key in [key, data), header and payload in [data, end). */
  bytes: Uint8Array = new Uint8Array(0);
  key = 0;
  data = 0;
  end = 0;

  constructor(transaction: FreezeTransaction) {
    this.#transaction = transaction;
    this.#behind_bytes = transaction.bytes;
  }

  /** Of what is still to come. */
  get bytesLeft(): number {
    return this.#behind_bytes + this.bytes.length - this.end;
  }

  /** Goes to the next record; false when there is none. */
  next(): boolean {
    const transaction = this.#transaction;
    assertInvariant(!transaction.released, "apply recovery: what was pushed is gone");
    while (this.#left === 0) {
      if (this.#next === transaction.buffers.length) return false;
      this.bytes = transaction.buffers[this.#next++]!;
      this.#left = u32At(this.bytes, 4);
      this.#behind_bytes -= this.bytes.length;
      this.end = BUFFER_FIXED_BYTES;
    }
    this.#left--;
    const at = this.end;
    this.key = at + RECORD_FIXED_BYTES;
    this.data = this.key + u32At(this.bytes, at + 8);
    this.end = this.data + u32At(this.bytes, at + 12);
    return true;
  }
}
