/** Recoveries in a row that need not wait for each other. */
const QUICK = 3;
const FIRST_PAUSE_MS = 1000;
/** Recoveries count as a row while each begins within so many times the rest after the last. */
const ROW_RESTS = 3;

/**
 * How soon a recovery may follow another while nodes stand in recovery mode, and so nobody can work.
 * The C daemon lets RerecoveryTimeout pass, with all databases frozen; that pause is there for a
 * cluster that cannot come to an end. Here only such a cluster waits: after a few recoveries in a row
 * the pauses grow, up to that one.
 */
export class RecoveryPace {
  #last_ms = -Infinity;
  #inRow = 0;

  /** A recovery has come to its end. */
  ended(now_ms: number, rest_ms: number): void {
    this.#inRow = now_ms - this.#last_ms < ROW_RESTS * rest_ms ? this.#inRow + 1 : 1;
    this.#last_ms = now_ms;
  }

  /** Recoveries that followed each other closely. */
  get inRow(): number {
    return this.#inRow;
  }

  /** Whether the rest after the last recovery need not be waited for. */
  mayHurry(now_ms: number, rest_ms: number): boolean {
    if (this.#inRow <= QUICK) return true;
    const pause_ms = Math.min(FIRST_PAUSE_MS * 2 ** (this.#inRow - QUICK - 1), rest_ms);
    return now_ms - this.#last_ms >= pause_ms;
  }
}
