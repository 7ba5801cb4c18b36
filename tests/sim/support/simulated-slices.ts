import type { SliceTurns } from "../../../lib/daemon/slices.ts";
import type { Turns } from "../../../lib/daemon/turns.ts";
import { MAX_TURN_SLICES_MS } from "../../../lib/limits/mod.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** How often all the work of a turn is done at once, and how often the next turn comes at once. */
const AT_ONCE_SHARE = 0.5;

/**
 * Work on whole databases takes time, which virtual time does not know: how much of it a turn gets is
 * drawn, and when the next turn comes. What other nodes and clients send arrives in between.
 */
export class SimulatedSlices implements SliceTurns {
  readonly #process: SimulatedProcess;
  readonly #turns: Turns;
  readonly #random: SeededRandom;
  #now_ms = 0;
  #takesTime = false;

  constructor(process: SimulatedProcess, turns: Turns, random: SeededRandom) {
    this.#process = process;
    this.#turns = turns;
    this.#random = random;
  }

  defer(callback: () => void): void {
    this.#takesTime = !this.#random.chance(AT_ONCE_SHARE);
    if (!this.#takesTime) return this.#turns.defer(callback);
    const delay_ms = this.#random.between(0, 2 * MAX_TURN_SLICES_MS);
    this.#process.setTimer(delay_ms, () => this.#turns.defer(callback));
  }

  /** Each look is at the end of a piece of work, of whatever length. */
  now(): number {
    if (this.#takesTime) this.#now_ms += this.#random.between(0, MAX_TURN_SLICES_MS);
    return this.#now_ms;
  }
}
