import type { Clock } from "../base/mod.ts";
import { MAX_TURN_SLICES_MS } from "../limits/mod.ts";
import type { Turns } from "./turns.ts";

/** Later turns, and how much time has passed in one. */
export type SliceTurns = Turns & Pick<Clock, "now">;

/**
 * Work that takes milliseconds a piece: locking, reading and rewriting whole databases. However many
 * databases a recovery works on at once, a turn has a bounded share of it, and packets and timers are
 * served in between. In order among each other; whoever has more to do comes again at the end.
 */
export class Slices {
  readonly #turns: SliceTurns;
  readonly #waiting: (() => void)[] = [];
  #scheduled = false;

  constructor(turns: SliceTurns) {
    this.#turns = turns;
  }

  /** Runs `slice` in a later turn. */
  add(slice: () => void): void {
    this.#waiting.push(slice);
    if (!this.#scheduled) this.#later();
  }

  #later(): void {
    this.#scheduled = true;
    this.#turns.defer(() => this.#runTurn());
  }

  #runTurn(): void {
    const end_ms = this.#turns.now() + MAX_TURN_SLICES_MS;
    let left = this.#waiting.length;
    try {
      // At least one: time that is measured can have passed before the first.
      do {
        left--;
        this.#waiting.shift()!();
      } while (left > 0 && this.#turns.now() < end_ms);
    } finally {
      this.#scheduled = false;
      if (this.#waiting.length > 0) this.#later();
    }
  }
}
