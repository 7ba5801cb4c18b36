/** `struct flock` of 64-bit Linux: type and whence (i16), start and length (i64), pid (i32). */
const FLOCK_BYTES = 32;

/** Types of record locks, as the kernel numbers them. */
export const LockType = { READ: 0, WRITE: 1, UNLOCK: 2 } as const;

/** The commands of `fcntl` for record locks. */
export const LockCommand = { GET: 5, SET: 6, SET_WAIT: 7 } as const;

/** A byte range of a file, and who wants or has it. */
export interface RecordLock {
  type: number;
  start: number;
  /** 0: to the end of the file, however far that moves. */
  length: number;
  /** Filled in by {@link LockCommand.GET}. */
  pid: number;
}

/** A `struct flock`, kept for many calls; only the part that changes is written. */
export class FlockBuffer {
  /** What `fcntl` gets. */
  readonly bytes = new Uint8Array(FLOCK_BYTES);
  readonly #view = new DataView(this.bytes.buffer);

  /** An offset from the start of the file, with `start` below 2^53. */
  set(type: number, start: number, length: number): void {
    this.#view.setInt16(0, type, true);
    this.#view.setInt16(2, 0, true);
    this.#view.setBigInt64(8, BigInt(start), true);
    this.#view.setBigInt64(16, BigInt(length), true);
    this.#view.setInt32(24, 0, true);
  }

  /** What `fcntl` wrote. */
  get(): RecordLock {
    return {
      type: this.#view.getInt16(0, true),
      start: Number(this.#view.getBigInt64(8, true)),
      length: Number(this.#view.getBigInt64(16, true)),
      pid: this.#view.getInt32(24, true),
    };
  }
}
