import { copyBytes } from "../wire/mod.ts";

const RING_BYTES = 256 * 1024;
/** What is larger goes into another ring: then each holds many of those that a packet needs. */
const LARGEST_BYTES = RING_BYTES / 32;
/** The other ring; what is too large for that, too, gets memory of its own. */
const WIDE_RING_BYTES = 8 * 1024 * 1024;
const LARGEST_WIDE_BYTES = WIDE_RING_BYTES / 6;

/**
 * Copies of bytes for as long as a packet is worked on. Memory of its own for each would be most of
 * what a small record costs: V8 asks the C library for it, and the collector gives it back one by one.
 */
export class TurnMemory {
  readonly #small = new Ring(RING_BYTES);
  /** Made when a large record comes: most nodes have none. */
  #wide: Ring | undefined;

  /** A copy of [start, end) of `bytes`, valid while the packet that needs it is worked on. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    if (end - start <= LARGEST_BYTES) return this.#small.copy(bytes, start, end);
    if (end - start > LARGEST_WIDE_BYTES) return bytes.slice(start, end);
    this.#wide ??= new Ring(WIDE_RING_BYTES);
    return this.#wide.copy(bytes, start, end);
  }
}

class Ring {
  readonly #memory: Uint8Array<ArrayBuffer>;
  #fill = 0;

  constructor(size: number) {
    this.#memory = new Uint8Array(size);
  }

  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    if (this.#fill + end - start > this.#memory.length) this.#fill = 0;
    const at = this.#fill;
    copyBytes(bytes, start, end, this.#memory, at);
    this.#fill = at + end - start;
    return this.#memory.subarray(at, this.#fill);
  }
}
