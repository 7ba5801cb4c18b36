import { type RecordBuffer, SEQNUM_KEY } from "../../wire/mod.ts";
import { splitValue } from "../header.ts";
import { sameBytes } from "../key-text.ts";

/** Staged bytes of one database; a push beyond that fails, and the recovery with it. */
const MAX_STAGED_BYTES = 4 * 1024 * 1024 * 1024;

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
  /** A buffer was bad: what is staged must not be committed. */
  #poisoned = false;

  constructor(tid: number) {
    this.tid = tid;
  }

  get wiped(): boolean {
    return this.#wiped;
  }

  /** Pushed record buffers, as they came, all of them sound. */
  get buffers(): readonly Uint8Array[] {
    return this.#buffers;
  }

  get poisoned(): boolean {
    return this.#poisoned;
  }

  /** The database shall be empty before anything that comes later. */
  wipe(): void {
    this.#wiped = true;
    this.#buffers = [];
    this.#bytes = 0;
    this.#poisoned = false;
  }

  /** Adds a buffer; `false` when that is too much to keep. */
  stage(buffer: Uint8Array): boolean {
    if (this.#bytes + buffer.byteLength > MAX_STAGED_BYTES) return false;
    this.#bytes += buffer.byteLength;
    this.#buffers.push(buffer);
    return true;
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
