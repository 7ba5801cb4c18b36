import { sameBytes } from "../../base/mod.ts";
import { LARGEST_SLAB_BYTES, MAX_STAGED_BYTES } from "../../limits/mod.ts";
import { type RecordBuffer, SEQNUM_KEY } from "../../wire/mod.ts";
import { splitValue } from "../header.ts";
import type { Scratch } from "../storage/scratch.ts";

/** Of the first part of the scratch room; the later ones grow up to {@link LARGEST_SLAB_BYTES}. */
const FIRST_SLAB_BYTES = 256 * 1024;

/**
 * What a recovery does to a frozen database (`records.md` 13.2): it is only kept here, and applied
 * when it commits. Until then the file holds what it held.
 */
export class FreezeTransaction {
  /** The generation of the recovery. */
  readonly tid: number;
  #wiped = false;
  #buffers: Uint8Array[] = [];
  #bytes = 0;
  #released = false;
  readonly #scratch: Scratch | undefined;
  /** Room that buffers are put into one after the other. */
  #slab: Uint8Array = new Uint8Array(0);
  #slabs = 0;
  /** A buffer was bad: what is staged must not be committed. */
  #poisoned = false;

  /**
   * @param scratch where buffers are kept; absent: on the heap, for what another process gets,
   * which may still be reading when the transaction is over
   */
  constructor(tid: number, scratch?: Scratch) {
    this.tid = tid;
    this.#scratch = scratch;
  }

  get wiped(): boolean {
    return this.#wiped;
  }

  /** Pushed record buffers, as they came, all of them sound. */
  get buffers(): readonly Uint8Array[] {
    return this.#buffers;
  }

  /** Bytes of all {@link buffers}. */
  get bytes(): number {
    return this.#bytes;
  }

  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** The database shall be empty before anything that comes later. */
  wipe(): void {
    this.#wiped = true;
    this.#buffers = [];
    this.#forgetRoom();
    this.#bytes = 0;
    this.#poisoned = false;
  }

  /** Adds a copy of a buffer; `false` when that is too much to keep. */
  stage(buffer: Uint8Array): boolean {
    if (this.#bytes + buffer.byteLength > MAX_STAGED_BYTES) return false;
    this.#bytes += buffer.byteLength;
    this.#buffers.push(this.#kept(buffer));
    return true;
  }

  #kept(buffer: Uint8Array): Uint8Array {
    if (this.#scratch === undefined) return buffer.slice();
    const length = buffer.byteLength;
    if (this.#slab.byteLength < length) {
      const usual = Math.min(FIRST_SLAB_BYTES * 4 ** this.#slabs++, LARGEST_SLAB_BYTES);
      this.#slab = this.#scratch.allocate(Math.max(usual, length));
    }
    const room = this.#slab.subarray(0, length);
    this.#slab = this.#slab.subarray(length);
    room.set(buffer);
    return room;
  }

  #forgetRoom(): void {
    this.#slab = new Uint8Array(0);
    this.#slabs = 0;
    this.#scratch?.release();
  }

  /** The transaction is over: its buffers are not to be read any more. */
  release(): void {
    this.#released = true;
    this.#buffers = [];
    this.#forgetRoom();
  }

  /** Whether the buffers are gone. */
  get released(): boolean {
    return this.#released;
  }

  poison(): void {
    this.#poisoned = true;
  }

  /**
   * The database's sequence number as it will be; `undefined` when that is decided by the file.
   * `decode` takes a buffer apart.
   */
  seqnum(decode: (buffer: Uint8Array) => RecordBuffer): bigint | undefined {
    let seqnum = this.#wiped ? 0n : undefined;
    for (const buffer of this.#buffers) {
      for (const { key, data } of decode(buffer).records) {
        if (sameBytes(key, SEQNUM_KEY)) seqnum = seqnumOf(splitValue(data)?.data);
      }
    }
    return seqnum;
  }
}

/** The number in the data of a sequence number record; what has another size counts as 0 (11.7). */
export function seqnumOf(data: Uint8Array | undefined): bigint {
  if (data?.byteLength !== 8) return 0n;
  return new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0, true);
}
