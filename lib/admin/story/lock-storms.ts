import type { Journal } from "../../base/mod.ts";
import type { LockStatistics } from "../../wire/mod.ts";

/** So many requests at a time that wait for record locks are a storm. */
const STORM = 20;
/** It is over when there are fewer than this. */
const CALM = 5;

/** Notices when many wait for record locks at the same time. */
export class LockStorms {
  readonly #journal: Journal;
  #since_ms: number | undefined;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The node's lock statistics at a moment. */
  look({ numPending, numCurrent }: LockStatistics, now_ms: number): void {
    const waiting = numPending + numCurrent;
    if (this.#since_ms === undefined && waiting >= STORM) {
      this.#since_ms = now_ms;
      this.#journal({ kind: "lock-storm", waiting });
    } else if (this.#since_ms !== undefined && waiting < CALM) {
      const duration_ms = now_ms - this.#since_ms;
      this.#since_ms = undefined;
      this.#journal({ kind: "lock-storm-over", duration_ms });
    }
  }
}
