import type { Clock, Timer } from "../../../../lib/base/mod.ts";

interface Entry {
  readonly at_ms: number;
  readonly order: number;
  readonly callback: () => void;
}

const DAY_ms = 86_400_000;

/** Time that passes only when the test says so; what is due at one moment runs in order. */
export class VirtualClock implements Clock {
  #now_ms = 0;
  #order = 0;
  readonly #timers = new Set<Entry>();

  now(): number {
    return this.#now_ms;
  }

  wallTime(): bigint {
    return BigInt(Math.round(this.#now_ms * 1000));
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    const entry = { at_ms: this.#now_ms + delay_ms, order: this.#order++, callback };
    this.#timers.add(entry);
    return { cancel: () => void this.#timers.delete(entry) };
  }

  /** Timers that are set for within a day: none must be left behind. */
  get pending(): number {
    return [...this.#timers].filter(({ at_ms }) => at_ms - this.#now_ms < DAY_ms).length;
  }

  /** Runs the first timer that is due until `until_ms`; `false` when there is none. */
  step(until_ms: number): boolean {
    let first: Entry | undefined;
    for (const entry of this.#timers) {
      if (entry.at_ms > until_ms) continue;
      const earlier = first === undefined || entry.at_ms < first.at_ms ||
        (entry.at_ms === first.at_ms && entry.order < first.order);
      if (earlier) first = entry;
    }
    if (first === undefined) return false;
    this.#timers.delete(first);
    this.#now_ms = Math.max(this.#now_ms, first.at_ms);
    first.callback();
    return true;
  }

  /** Lets `duration_ms` pass. */
  advance(duration_ms: number): void {
    const until_ms = this.#now_ms + duration_ms;
    while (this.step(until_ms));
    this.#now_ms = until_ms;
  }
}
