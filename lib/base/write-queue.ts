import { WRITE_JOIN_LIMIT_BYTES } from "../limits/mod.ts";

/**
 * Collects the frames of one turn and hands them to `write` together, so that a peer costs one
 * system call per turn however many packets the turn made for it.
 */
export class WriteQueue {
  #frames: Uint8Array[] = [];
  #scheduled = false;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #flush = () => this.flush();

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#flush);
  }

  /** Frames pushed and not yet written. */
  get length(): number {
    return this.#frames.length;
  }

  clear(): void {
    this.#frames = [];
  }

  flush(): void {
    this.#scheduled = false;
    const frames = this.#frames;
    if (frames.length === 0) return;
    this.#frames = [];
    if (frames.length === 1) return this.#write(frames[0]!);
    let start = 0;
    while (start < frames.length) start = this.#writeRun(frames, start);
  }

  /** Writes the frames from `start` that fit into one joined buffer; returns the next index. */
  #writeRun(frames: readonly Uint8Array[], start: number): number {
    let end = start + 1;
    let total = frames[start]!.length;
    while (end < frames.length && total + frames[end]!.length <= WRITE_JOIN_LIMIT_BYTES) {
      total += frames[end++]!.length;
    }
    if (end === start + 1) {
      this.#write(frames[start]!);
      return end;
    }
    const joined = new Uint8Array(total);
    let offset = 0;
    for (let i = start; i < end; i++) {
      joined.set(frames[i]!, offset);
      offset += frames[i]!.length;
    }
    this.#write(joined);
    return end;
  }
}
