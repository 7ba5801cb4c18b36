/** Words of the shared memory. */
const TURNS = 0;
const BUSY = 1;

/** Bytes that a heartbeat needs. */
export const HEARTBEAT_BYTES = 8;

/**
 * By which the edge sees whether the core still turns: a count of turns, and whether one is under way.
 * A core that waits for something to do is well however long that takes.
 */
export class Heartbeat {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** The core begins a turn, or has ended it. */
  turn(busy: boolean): void {
    if (busy) this.#words[TURNS]!++;
    this.#words[BUSY] = busy ? 1 : 0;
  }

  /** Turns so far, wrapping round; and whether one is under way. */
  read(): { readonly turns: number; readonly busy: boolean } {
    return {
      turns: Atomics.load(this.#words, TURNS),
      busy: Atomics.load(this.#words, BUSY) === 1,
    };
  }
}
