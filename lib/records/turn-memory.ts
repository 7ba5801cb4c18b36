import { copyBytes } from "../wire/mod.ts";

const RING_BYTES = 256 * 1024;
/** What is larger gets memory of its own: then the ring holds many of those that a packet needs. */
const LARGEST_BYTES = RING_BYTES / 32;

/**
 * Copies of bytes for as long as a packet is worked on. Memory of its own for each would be most of
 * what a small record costs: V8 asks the C library for it, and the collector gives it back one by one.
 */
export class TurnMemory {
  readonly #ring = new Uint8Array(RING_BYTES);
  #fill = 0;

  /** A copy of [start, end) of `bytes`, valid while the packet that needs it is worked on. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > LARGEST_BYTES) return bytes.slice(start, end);
    if (this.#fill + length > RING_BYTES) this.#fill = 0;
    const at = this.#fill;
    copyBytes(bytes, start, end, this.#ring, at);
    this.#fill += length;
    return this.#ring.subarray(at, this.#fill);
  }
}
