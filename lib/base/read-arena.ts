const CHUNK_BYTES = 256 * 1024;
const LEAST_READ_BYTES = 16 * 1024;

/**
 * Hands out memory to read into, never the same twice, so that a frame may be kept (parked behind a
 * lock, say) without a copy. A kept frame pins its chunk; whoever parks frames bounds how many.
 */
export class ReadArena {
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;

  /** Room for the next read; valid until {@link ReadArena.take}. */
  space(): Uint8Array {
    if (CHUNK_BYTES - this.#used < LEAST_READ_BYTES) {
      this.#chunk = new Uint8Array(CHUNK_BYTES);
      this.#used = 0;
    }
    return this.#chunk.subarray(this.#used);
  }

  /** The `length` bytes that were just read into {@link ReadArena.space}. */
  take(length: number): Uint8Array {
    const bytes = this.#chunk.subarray(this.#used, this.#used + length);
    this.#used += length;
    return bytes;
  }
}
