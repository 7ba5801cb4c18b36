import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../../lib/base/mod.ts";

interface Entry {
  readonly at_ms: number;
  readonly callback: () => void;
}

/** Virtual time for code with promises: after each timer, what it resolved runs to its end. */
export class AsyncClock implements Clock {
  #now_ms = 0;
  readonly #entries = new Set<Entry>();

  get pending(): number {
    return this.#entries.size;
  }

  now(): number {
    return this.#now_ms;
  }

  wallTime(): bigint {
    return BigInt(Math.round(this.#now_ms * 1000));
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    const entry = { at_ms: this.#now_ms + Math.max(0, delay_ms), callback };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  /** Resolves after `delay_ms` of virtual time. */
  after(delay_ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delay_ms, resolve));
  }

  /** Moves on by `duration_ms`, timer by timer. */
  async run(duration_ms: number): Promise<void> {
    const end_ms = this.#now_ms + duration_ms;
    await settle();
    for (let next = this.#next(); next && next.at_ms <= end_ms; next = this.#next()) {
      this.#now_ms = Math.max(this.#now_ms, next.at_ms);
      this.#entries.delete(next);
      next.callback();
      await settle();
    }
    this.#now_ms = end_ms;
  }

  /** The machine slept: time has passed, and timers that count awake time did not. */
  sleep(duration_ms: number): void {
    this.#now_ms += duration_ms;
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const { at_ms, callback } of entries) {
      this.#entries.add({ at_ms: at_ms + duration_ms, callback });
    }
  }

  #next(): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries) {
      if (next === undefined || entry.at_ms < next.at_ms) next = entry;
    }
    return next;
  }
}

/** Long chains of promises need many turns; a macrotask comes after all of them. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
