import type { Clock } from "../base/mod.ts";
import { MAX_TURN_SLICES_MS } from "../limits/mod.ts";
import type { Turns } from "./turns.ts";

/** Later turns, and how much time has passed in one. */
export interface SliceTurns extends Turns, Pick<Clock, "now"> {
  /** After this turn others who wait for the processor go first. */
  giveWay?(): void;
}

/**
 * Who has worked for less gives way to nobody: the scheduler takes the rest of its share from who does.
 */
const WORTH_GIVING_WAY_MS = 1;

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
    const begun_ms = this.#turns.now();
    let now_ms = begun_ms;
    let left = this.#waiting.length;
    try {
      // At least one: time that is measured can have passed before the first.
      do {
        left--;
        this.#waiting.shift()!();
        now_ms = this.#turns.now();
      } while (left > 0 && now_ms - begun_ms < MAX_TURN_SLICES_MS);
    } finally {
      this.#scheduled = false;
      if (this.#waiting.length > 0) this.#later();
    }
    // The cores of other nodes of this host, and clients, mostly need it for less than such a slice.
    if (now_ms - begun_ms >= WORTH_GIVING_WAY_MS) this.#turns.giveWay?.();
  }
}
