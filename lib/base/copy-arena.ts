const CHUNK_BYTES = 16 * 1024;
const LARGEST_BYTES = CHUNK_BYTES / 16;

/**
 * Copies of small byte strings that may be kept: cut from larger pieces of memory, since V8 asks the C
 * library for that of each array, and gives it back one by one. A copy that is kept keeps its piece,
 * so this is for what mostly lives for a moment, or is kept for as long as its neighbours.
 */
export class CopyArena {
  #chunk = new Uint8Array(0);
  #used = 0;

  /** A copy of `bytes` that nobody else writes to. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > LARGEST_BYTES) return bytes.slice();
    const room = this.room(bytes.length);
    room.set(bytes);
    return room;
  }

  /** Room for `length` bytes that nobody else writes to; what was there is of no meaning. */
  room(length: number): Uint8Array<ArrayBuffer> {
    if (length > LARGEST_BYTES) return new Uint8Array(length);
    if (this.#used + length > this.#chunk.length) this.#begin();
    const at = this.#used;
    this.#used += length;
    return this.#chunk.subarray(at, this.#used);
  }

  #begin(): void {
    this.#chunk = new Uint8Array(CHUNK_BYTES);
    this.#used = 0;
  }
}
