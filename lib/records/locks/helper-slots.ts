import { MAX_RECORD_LOCK_HELPERS } from "../../limits/mod.ts";

/**
 * How many lock helpers wait for records, and who gets the next (`records.md` 14.3). A helper is a
 * process of its own, and hundreds of them stop a node for longer than any lock: so there are two,
 * which stand in the kernel's queue for those who have waited longest, and all others look again by
 * themselves meanwhile. (The C daemon starts up to LockProcessesPerDB for each database.)
 *
 * Helpers for the lock over a whole database are not counted: a recovery must go on even when both
 * hang.
 */
export class HelperSlots {
  readonly #waiting = new Set<() => void>();
  #running = 0;

  get running(): number {
    return this.#running;
  }

  /**
   * Calls `start` at once if there is a slot, else when one is free again; in order. The caller says
   * {@link ended} later. `cancel` only withdraws a request that still waits.
   *
   * @param limit LockProcessesPerDB, which can only make it less
   */
  request(limit: number, start: () => void): { cancel(): void } | undefined {
    if (this.#running < Math.min(limit, MAX_RECORD_LOCK_HELPERS)) {
      this.#running++;
      start();
      return undefined;
    }
    this.#waiting.add(start);
    return { cancel: () => void this.#waiting.delete(start) };
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
