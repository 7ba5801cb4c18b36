import { MAX_FRAME_BYTES, MAX_SPARE_FRAME_BYTES } from "../limits/mod.ts";
import { WireError } from "../wire/mod.ts";

/** A frame whose rest has not arrived gets this much memory at once, however short it announced. */
const FIRST_ALLOCATION = 64 * 1024;
/** Memory for partial frames that is kept for the next one, unless more is wanted. */
const KEPT_BYTES = 64 * 1024;

/**
 * Memory in which a large frame was put together, for the next one, whichever reader that comes to:
 * to get a megabyte, empty, and in five steps, is a third of what moving a record of that size costs.
 */
let spare: Uint8Array<ArrayBuffer> | undefined;

/** Leaves the spare memory to the collector. */
export function dropSpareFrame(): void {
  spare = undefined;
}

/** The spare memory, if there is some that holds so much. Nobody else has it then. */
function takeSpare(bytes: number): Uint8Array<ArrayBuffer> | undefined {
  const memory = spare;
  if (memory === undefined || memory.byteLength < bytes) return undefined;
  spare = undefined;
  return memory;
}

function giveSpare(memory: Uint8Array<ArrayBuffer>): void {
  if (memory.byteLength <= MAX_SPARE_FRAME_BYTES) spare = memory;
}

/**
 * Cuts what a stream brings into frames by the u32 length at the start of each (`wire.md` 2.1).
 *
 * A frame that lies within one read is handed out as a view of the read's memory; one that spans
 * reads is put together in memory of the reader, which grows with what has arrived, never with what
 * was announced. Either is valid only during the call.
 */
export class FrameReader {
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #kept_bytes: number;
  #partial: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #have = 0;
  /** Announced length of the partial frame; 0 while fewer than 4 bytes of it are there. */
  #length = 0;
  #closed = false;

  /** @param kept_bytes memory that may be kept for the next frame that spans reads */
  constructor(onFrame: (frame: Uint8Array) => void, kept_bytes: number = KEPT_BYTES) {
    this.#onFrame = onFrame;
    this.#kept_bytes = kept_bytes;
  }

  /** Bytes of an incomplete frame that are held. */
  get buffered(): number {
    return this.#have;
  }

  /**
   * Takes the first `end` bytes of `slab` and hands out each frame that is whole now, in order.
   *
   * @throws {WireError} code `length`: a length below 4 or above the ceiling, after the good frames
   * before it were handed out. The stream is beyond repair then.
   */
  push(slab: Uint8Array, end: number): void {
    let at = this.#have > 0 ? this.#continueFrame(slab, end) : 0;
    while (at < end && !this.#closed) {
      const left = end - at;
      const length = left >= 4 ? this.#checkedLength(slab, at) : 0;
      if (length === 0 || length > left) {
        this.#length = length;
        this.#append(slab, at, end);
        return;
      }
      this.#onFrame(slab.subarray(at, at + length));
      at += length;
    }
  }

  /** Forgets everything and hands out no more frames, not even the rest of the current read. */
  close(): void {
    this.#closed = true;
    this.#partial = new Uint8Array(0);
    this.#have = 0;
  }

  /** Goes on with the frame that the last read left unfinished; returns where the next begins. */
  #continueFrame(slab: Uint8Array, end: number): number {
    let at = 0;
    while (at < end) {
      const wanted = (this.#length === 0 ? 4 : this.#length) - this.#have;
      const taken = Math.min(wanted, end - at);
      this.#append(slab, at, at + taken);
      at += taken;
      if (this.#length === 0 && this.#have === 4) {
        this.#length = this.#checkedLength(this.#partial, 0);
      }
      if (this.#have === this.#length) {
        this.#finish();
        return at;
      }
    }
    return at;
  }

  #finish(): void {
    const frame = this.#partial.subarray(0, this.#length);
    this.#have = 0;
    this.#length = 0;
    this.#onFrame(frame);
    if (this.#partial.byteLength <= this.#kept_bytes) return;
    giveSpare(this.#partial);
    this.#partial = new Uint8Array(0);
  }

  #append(slab: Uint8Array, from: number, to: number): void {
    const need = this.#have + to - from;
    if (need > this.#partial.byteLength) {
      const grown = this.#roomFor(need);
      grown.set(this.#partial.subarray(0, this.#have));
      this.#partial = grown;
    }
    this.#partial.set(slab.subarray(from, to), this.#have);
    this.#have = need;
  }

  #roomFor(need: number): Uint8Array<ArrayBuffer> {
    if (this.#length === 0) return new Uint8Array(FIRST_ALLOCATION);
    const large = this.#length > this.#kept_bytes ? takeSpare(need) : undefined;
    if (large !== undefined) return large;
    const generous = Math.max(need, FIRST_ALLOCATION, this.#have * 2);
    return new Uint8Array(Math.min(Math.max(this.#length, 64), generous));
  }

  #checkedLength(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) |
      (bytes[at + 3]! << 24)) >>> 0;
    if (length < 4 || length > MAX_FRAME_BYTES) {
      this.close();
      throw new WireError("length", `split frames, length: ${length}`);
    }
    return length;
  }
}
