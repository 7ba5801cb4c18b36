import { MAX_SCRIPT_OUTPUT_BYTES } from "../limits/mod.ts";

const CUT_NOTE = new TextEncoder().encode("\n[more output was discarded]\n");

/**
 * Collects what a script prints, up to a bound.
 *
 * The C daemon keeps it as a C string: a NUL hides the rest of the chunk that was read with it, and
 * the next chunk follows what stands before (events.md A.3). A NUL would end the string on the wire
 * anyway.
 */
export class OutputBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;
  #full = false;

  /** Whether the bound was reached: from now on everything is thrown away. */
  get full(): boolean {
    return this.#full;
  }

  /** Adds one chunk; the caller may reuse its memory. */
  append(chunk: Uint8Array): void {
    if (this.#full) return;
    const nul = chunk.indexOf(0);
    const text = nul < 0 ? chunk : chunk.subarray(0, nul);
    const room = MAX_SCRIPT_OUTPUT_BYTES - this.#length;
    this.#add(text.subarray(0, room));
    if (text.length <= room) return;
    this.#full = true;
    this.#add(CUT_NOTE);
  }

  /** Everything so far. */
  snapshot(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #add(text: Uint8Array): void {
    const needed = this.#length + text.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(text, this.#length);
    this.#length = needed;
  }
}
