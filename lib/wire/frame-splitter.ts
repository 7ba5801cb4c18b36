import { MAX_FRAME_BYTES } from "../limits/mod.ts";
import { WireError } from "./errors.ts";

/** A frame whose rest has not arrived gets this much memory at once, however short it announced. */
const FIRST_ALLOCATION = 64 * 1024;

/**
 * Cuts a stream of bytes into frames by the u32 length at the start of each, which counts itself.
 * It serves both protocols of this folder, as they start alike (wire.md 2.1 and 12).
 *
 * A frame that lies within one chunk is handed out as a view of the chunk, so the chunk must not
 * be reused; one that spans chunks is put together in memory that grows with what has arrived,
 * never with what was announced.
 */
export class FrameSplitter {
  readonly #maxFrameSize: number;
  #partial: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #have = 0;
  /** Announced length of the partial frame; 0 while fewer than 4 bytes of it are there. */
  #length = 0;
  #closed = false;

  /** `maxFrameSize` in bytes; a longer frame is an error. */
  constructor(options: { readonly maxFrameSize?: number } = {}) {
    this.#maxFrameSize = options.maxFrameSize ?? MAX_FRAME_BYTES;
  }

  /** Bytes of an incomplete frame that are held. */
  get buffered(): number {
    return this.#have;
  }

  /**
   * Takes what a read brought and hands each frame that is whole now to `onFrame`, in order.
   *
   * Throws {@link WireError} with code `length` on a length of zero, below 4 or above the ceiling,
   * after the good frames before it were handed out. The stream is beyond repair then: the
   * splitter is closed.
   */
  push(chunk: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    let offset = 0;
    while (!this.#closed && offset < chunk.byteLength) {
      offset = this.#have > 0
        ? this.#continueFrame(chunk, offset, onFrame)
        : this.#startFrame(chunk, offset, onFrame);
    }
  }

  /** Forgets everything and hands out no more frames, not even the rest of the current chunk. */
  close(): void {
    this.#closed = true;
    this.#reset();
  }

  #startFrame(chunk: Uint8Array, offset: number, onFrame: (frame: Uint8Array) => void): number {
    const left = chunk.byteLength - offset;
    const length = left >= 4 ? this.#checkedLength(chunk, offset) : 0;
    if (length === 0 || length > left) {
      this.#length = length;
      this.#append(chunk, offset, left);
      return chunk.byteLength;
    }
    onFrame(chunk.subarray(offset, offset + length));
    return offset + length;
  }

  #continueFrame(chunk: Uint8Array, offset: number, onFrame: (frame: Uint8Array) => void): number {
    const wanted = (this.#length === 0 ? 4 : this.#length) - this.#have;
    const taken = Math.min(wanted, chunk.byteLength - offset);
    this.#append(chunk, offset, taken);
    if (this.#length === 0 && this.#have === 4) {
      this.#length = this.#checkedLength(this.#partial, 0);
    }
    if (this.#have === this.#length) {
      const frame = this.#partial.subarray(0, this.#length);
      this.#reset();
      onFrame(frame);
    }
    return offset + taken;
  }

  #append(chunk: Uint8Array, offset: number, size: number): void {
    const need = this.#have + size;
    if (need > this.#partial.byteLength) {
      const generous = Math.max(need, FIRST_ALLOCATION, this.#have * 2);
      const grown = new Uint8Array(this.#length === 0 ? 4 : Math.min(this.#length, generous));
      grown.set(this.#partial.subarray(0, this.#have));
      this.#partial = grown;
    }
    this.#partial.set(chunk.subarray(offset, offset + size), this.#have);
    this.#have = need;
  }

  #checkedLength(bytes: Uint8Array, offset: number): number {
    const length = (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) |
      (bytes[offset + 3]! << 24)) >>> 0;
    if (length < 4 || length > this.#maxFrameSize) {
      this.close();
      throw new WireError("length", `split frames, length: ${length}`);
    }
    return length;
  }

  #reset(): void {
    this.#partial = new Uint8Array(0);
    this.#have = 0;
    this.#length = 0;
  }
}
