import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../lib/base/mod.ts";

interface Entry {
  at_ms: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Wall time when a virtual clock is made: a fixed day, so that every run prints the same. */
const EPOCH_US = 1_700_000_000_000_000n;
const DAY_MS = 86_400_000;

/**
 * Time that passes only when a test says so. Timers fire in the order of their times, those of one
 * moment in the order in which they were set, so that the same test gives the same run.
 *
 * Plain code is driven by {@link advance} and {@link step}. Code with promises is driven by
 * {@link run} and {@link runUntil}: what a timer resolves runs to its end before the next timer.
 *
 * @example
 * ```ts ignore
 * const clock = new VirtualClock();
 * clock.setTimer(10, () => console.log("ten"));
 * clock.advance(25);
 * ```
 */
export class VirtualClock implements Clock {
  #now_ms = 0;
  #order = 0;
  #heap: Entry[] = [];
  /** Timers that have fired so far. */
  steps = 0;
  /** Called by `run` and `runUntil` after each timer, when its promises have settled too. */
  afterStep: () => void = () => {};

  /** Timers that are due within a day; what is set for longer is a bound that nobody waits for. */
  get pending(): number {
    const end_ms = this.#now_ms + DAY_MS;
    return this.#heap.filter(({ callback, at_ms }) => callback !== undefined && at_ms < end_ms)
      .length;
  }

  now(): number {
    return this.#now_ms;
  }

  wallTime(): bigint {
    return EPOCH_US + BigInt(Math.round(this.#now_ms * 1000));
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    const at_ms = this.#now_ms + Math.max(0, delay_ms);
    const entry: Entry = { at_ms, order: this.#order++, callback };
    this.#push(entry);
    return { cancel: () => void (entry.callback = undefined) };
  }

  /** Resolves after `delay_ms` of virtual time. */
  after(delay_ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(delay_ms, resolve));
  }

  /** Fires the first timer that is due until `until_ms`; `false` when there is none. */
  step(until_ms: number): boolean {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined || entry.at_ms > until_ms) return false;
      this.#pop();
      const { callback } = entry;
      if (callback === undefined) continue;
      entry.callback = undefined;
      this.#now_ms = Math.max(this.#now_ms, entry.at_ms);
      callback();
      this.steps++;
      return true;
    }
  }

  /** Lets `duration_ms` pass and fires what is due on the way. */
  advance(duration_ms: number): void {
    const end_ms = this.#now_ms + duration_ms;
    while (this.step(end_ms));
    this.#now_ms = end_ms;
  }

  /** Lets `duration_ms` pass, and all promises settle before, between and after the timers. */
  async run(duration_ms: number): Promise<void> {
    await settled();
    await this.runUntil(this.#now_ms + duration_ms);
  }

  /** Lets time pass until `end_ms`, or until `done` says so after a timer; whether it did. */
  async runUntil(end_ms: number, done: () => boolean = () => false): Promise<boolean> {
    while (this.step(end_ms)) {
      await settled();
      this.afterStep();
      if (done()) return true;
    }
    this.#now_ms = Math.max(this.#now_ms, end_ms);
    return false;
  }

  /** The process stood: time has passed, and what was due meanwhile fires late. */
  stall(duration_ms: number): void {
    this.#now_ms += duration_ms;
    while (this.step(this.#now_ms));
  }

  /** The machine slept: time has passed, and timers that count awake time did not. */
  sleep(duration_ms: number): void {
    this.#now_ms += duration_ms;
    for (const entry of this.#heap) entry.at_ms += duration_ms;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

/** Long chains of promises need many turns; a macrotask comes after all of them. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function before(a: Entry, b: Entry): boolean {
  return a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.order < b.order);
}
