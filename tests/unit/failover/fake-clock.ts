import type { Clock, Timer } from "../../../lib/base/mod.ts";

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wallTime(): bigint {
    return BigInt(Math.round(this.#now * 1000));
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    const timer = { at: this.#now + delay_ms, callback };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((t) => t !== timer)) };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass and fires what is due on the way, in order. */
  advance(by_ms: number): void {
    const end = this.#now + by_ms;
    for (;;) {
      const due = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((t) => t !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
  }
}
