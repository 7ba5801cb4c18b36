/**
 * How many lock helpers run for one database, and who waits for the next (`records.md` 14.3).
 * Helpers for the lock over the whole database count, but are never made to wait: a recovery must go
 * on even when all slots hang.
 */
export class HelperSlots {
  readonly #waiting = new Set<() => void>();
  #running = 0;

  get running(): number {
    return this.#running;
  }

  /**
   * Calls `start` at once if fewer than `limit` helpers run, else when one has ended; in order. The
   * caller says {@link ended} later. `cancel` only withdraws a request that still waits.
   */
  request(limit: number, start: () => void): { cancel(): void } | undefined {
    if (this.#running < limit) {
      this.#running++;
      start();
      return undefined;
    }
    this.#waiting.add(start);
    return { cancel: () => void this.#waiting.delete(start) };
  }

  /** Counts a helper that does not have to wait. */
  started(): void {
    this.#running++;
  }

  /** A helper has ended: its slot goes to the first that waits. */
  ended(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
