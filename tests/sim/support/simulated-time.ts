import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../../lib/base/mod.ts";

interface Entry {
  readonly at_ms: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Wall time at the start of every simulation. */
const EPOCH_US = 1_700_000_000_000_000n;

/**
 * The one time line of a simulation: a heap of events. Events of one moment come in the order in
 * which they were asked for, and what an event's promises do is done before the next event, so the
 * same seed gives the same run.
 */
export class SimulatedTime implements Clock {
  #now_ms = 0;
  #order = 0;
  #heap: Entry[] = [];
  /** Events so far. */
  steps = 0;
  /** Called after each event, when its promises have settled too. */
  afterStep: () => void = () => {};

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

  /** Lets time pass until `end_ms`, or until `done` says so after an event. */
  async runUntil(end_ms: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      const entry = this.#heap[0];
      if (entry === undefined || entry.at_ms > end_ms) break;
      this.#pop();
      const { callback } = entry;
      if (callback === undefined) continue;
      this.#now_ms = entry.at_ms;
      callback();
      await new Promise<void>((resolve) => void setImmediate(resolve));
      this.steps++;
      this.afterStep();
      if (done()) return true;
    }
    this.#now_ms = Math.max(this.#now_ms, end_ms);
    return false;
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

function before(a: Entry, b: Entry): boolean {
  return a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.order < b.order);
}
