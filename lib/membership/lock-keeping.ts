import { LOCK_RETRY_MS } from "./election-times.ts";

/**
 * A lock that was held for less than this and went is one that cannot be kept: the election that its
 * loss makes necessary waits, longer each time, so that the cluster does something else meanwhile.
 */
const LOCK_KEPT_MS = 10_000;

/** Whether the cluster lock can be kept, by how often it was lost soon after it was taken. */
export class LockKeeping {
  #taken_ms = 0;
  #losses = 0;

  /** How often in a row it was lost soon. */
  get losses(): number {
    return this.#losses;
  }

  /** The lock was taken. */
  taken(now_ms: number): void {
    this.#taken_ms = now_ms;
  }

  /** How long the lock is held. */
  held_ms(now_ms: number): number {
    return Math.round(now_ms - this.#taken_ms);
  }

  /**
   * The lock was lost; how long the next election has to wait.
   *
   * @param most_ms the longest wait
   */
  lost(now_ms: number, most_ms: number): number {
    this.#losses = this.held_ms(now_ms) < LOCK_KEPT_MS ? this.#losses + 1 : 0;
    return this.#losses <= 1 ? 0 : Math.min(LOCK_RETRY_MS * 2 ** (this.#losses - 2), most_ms);
  }
}
