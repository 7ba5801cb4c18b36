/** Words of the shared memory. */
const TURNS = 0;
const BUSY = 1;
const BUSY_US = 2;

/** Bytes that a heartbeat needs. */
export const HEARTBEAT_BYTES = 12;

/** What is seen of the core from outside. */
export interface CoreWork {
  /** Turns so far, wrapping round at 32 bits. */
  readonly turns: number;
  /** Whether one is under way. */
  readonly busy: boolean;
  /** Time in turns that have ended, wrapping round at 32 bits. */
  readonly busy_us: number;
}

/**
 * By which the edge sees whether the core still turns, and how much it has to do. A core that waits
 * for something to do is well however long that takes.
 */
export class Heartbeat {
  readonly #words: Int32Array<SharedArrayBuffer>;
  #begun_ms = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** The core begins a turn, or has ended it. */
  turn(busy: boolean, now_ms: number): void {
    if (busy) {
      this.#words[TURNS]!++;
      this.#begun_ms = now_ms;
    } else {
      this.#words[BUSY_US]! += (now_ms - this.#begun_ms) * 1000;
    }
    this.#words[BUSY] = busy ? 1 : 0;
  }

  /** What the core has done so far. */
  read(): CoreWork {
    return {
      turns: Atomics.load(this.#words, TURNS),
      busy: Atomics.load(this.#words, BUSY) === 1,
      busy_us: Atomics.load(this.#words, BUSY_US),
    };
  }
}
