import type { Timer } from "../base/mod.ts";

/** A timer in the heap; it knows its place, so that taking it back costs no search. */
class HeapTimer implements Timer {
  readonly at_ms: number;
  /** Timers for the same moment fire in the order in which they were set. */
  readonly order: number;
  callback: (() => void) | undefined;
  index = -1;
  readonly #heap: TimerHeap;

  constructor(heap: TimerHeap, at_ms: number, order: number, callback: () => void) {
    this.#heap = heap;
    this.at_ms = at_ms;
    this.order = order;
    this.callback = callback;
  }

  cancel(): void {
    if (this.callback === undefined) return;
    this.callback = undefined;
    this.#heap.remove(this);
  }
}

/** All timers of a loop, the next one on top. */
export class TimerHeap {
  readonly #heap: HeapTimer[] = [];
  #orders = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next timer is due; Infinity without any. */
  get next_ms(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.at_ms;
  }

  /** Has `callback` run at `at_ms` of the loop's clock. */
  add(at_ms: number, callback: () => void): Timer {
    const timer = new HeapTimer(this, at_ms, this.#orders++, callback);
    timer.index = this.#heap.length;
    this.#heap.push(timer);
    this.#up(timer);
    return timer;
  }

  /** The callback of the next timer that is due at `now_ms`, taken out; `undefined`: none is. */
  takeDue(now_ms: number): (() => void) | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at_ms > now_ms) return undefined;
    const { callback } = first;
    first.callback = undefined;
    this.remove(first);
    return callback;
  }

  /** Takes a timer out; called by the timer itself. */
  remove(timer: HeapTimer): void {
    const { index } = timer;
    const last = this.#heap.pop()!;
    timer.index = -1;
    if (last === timer) return;
    last.index = index;
    this.#heap[index] = last;
    this.#up(last);
    this.#down(last);
  }

  #up(timer: HeapTimer): void {
    const heap = this.#heap;
    while (timer.index > 0) {
      const above = heap[(timer.index - 1) >> 1]!;
      if (!isBefore(timer, above)) return;
      this.#swap(timer, above);
    }
  }

  #down(timer: HeapTimer): void {
    const heap = this.#heap;
    for (;;) {
      const left = 2 * timer.index + 1;
      if (left >= heap.length) return;
      const right = heap[left + 1];
      const child = right !== undefined && isBefore(right, heap[left]!) ? right : heap[left]!;
      if (!isBefore(child, timer)) return;
      this.#swap(timer, child);
    }
  }

  #swap(a: HeapTimer, b: HeapTimer): void {
    const { index } = a;
    a.index = b.index;
    b.index = index;
    this.#heap[a.index] = a;
    this.#heap[b.index] = b;
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.order < b.order);
}
