import { LONGEST_TIMER_MS } from "../limits/mod.ts";

/** A timer that was set and can be taken back. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  /** Keeps it from firing. Nothing happens if it has. */
  cancel(): void;
}

/**
 * Time as a node sees it. The daemon runs on {@link systemClock}; the simulation on virtual time.
 *
 * Nothing in `lib/` below `transport` and `daemon` may call `Date.now`, `performance.now` or
 * `setTimeout` itself: what a node does must be a function of the clock that it was handed.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Microseconds of wall time since the epoch; may jump. Only for what people or the wire see. */
  wallTime(): bigint;
  /** Runs `callback` once after `delay_ms` (0 = in a later turn). */
  setTimer(delay_ms: number, callback: () => void): Timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)),
  setTimer(delay_ms, callback) {
    const id = setTimeout(callback, Math.min(delay_ms, LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(id) };
  },
};
