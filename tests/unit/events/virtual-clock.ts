import type { Clock, Timer } from "../../../lib/base/mod.ts";

interface Entry {
  readonly at_ms: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that moves only when a test moves it; timers fire in the order of their times. */
export class VirtualClock implements Clock {
  #now_ms = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  /** Timers that are set. */
  get pending(): number {
    return this.#entries.size;
  }

  now(): number {
    return this.#now_ms;
  }

  wallTime(): bigint {
    return 1_700_000_000_000_000n + BigInt(Math.round(this.#now_ms * 1000));
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    const entry = { at_ms: this.#now_ms + Math.max(0, delay_ms), order: this.#order++, callback };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  /** Moves on by `duration_ms`, firing what is due on the way. */
  advance(duration_ms: number): void {
    const end_ms = this.#now_ms + duration_ms;
    for (let entry = this.#next(); entry && entry.at_ms <= end_ms; entry = this.#next()) {
      this.#now_ms = entry.at_ms;
      this.#entries.delete(entry);
      entry.callback();
    }
    this.#now_ms = end_ms;
  }

  #next(): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries) {
      const earlier = next === undefined || entry.at_ms < next.at_ms ||
        (entry.at_ms === next.at_ms && entry.order < next.order);
      if (earlier) next = entry;
    }
    return next;
  }
}
