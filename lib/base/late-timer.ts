import type { Timer } from "./clock.ts";

/** What takes less time than this needs no timer of its own. */
const GRACE_MS = 25;

/** What late timers need of the runtime; tests give them time of their own. */
export interface LateTime {
  now(): number;
  /** A timer as the runtime has it. */
  setTimer(delay_ms: number, callback: () => void): Timer;
  /** Runs `callback` once after `delay_ms` without loading the runtime's timers. */
  afterGrace(delay_ms: number, callback: () => void): void;
}

/**
 * Timers for programs that have mostly ended by then. The runtime loads its timers when the first is
 * set, which takes longer than all that `ctdb pnn` does; so those that are set within the first
 * moments of a program become timers only when it is still there afterwards.
 */
export class LateTimers {
  readonly #time: LateTime;
  /** Those that were set while the program had just begun; `undefined` once it goes on. */
  #begun: Set<() => void> | undefined = new Set();
  #isGrace = false;

  constructor(time: LateTime) {
    this.#time = time;
  }

  /** Runs `callback` once after `delay_ms`. */
  set(delay_ms: number, callback: () => void): Timer {
    const begun = this.#begun;
    if (begun === undefined || delay_ms <= GRACE_MS) return this.#time.setTimer(delay_ms, callback);
    const due_ms = this.#time.now() + delay_ms;
    let timer: Timer | undefined;
    const start = () => {
      timer = this.#time.setTimer(Math.max(0, due_ms - this.#time.now()), callback);
    };
    begun.add(start);
    if (!this.#isGrace) {
      this.#isGrace = true;
      this.#time.afterGrace(GRACE_MS, () => this.#endGrace());
    }
    return {
      cancel() {
        begun.delete(start);
        timer?.cancel();
      },
    };
  }

  #endGrace(): void {
    const begun = this.#begun!;
    this.#begun = undefined;
    for (const start of begun) start();
  }
}

const programTimers = new LateTimers({
  now: () => performance.now(),
  setTimer(delay_ms, callback) {
    const id = setTimeout(callback, delay_ms);
    return { cancel: () => clearTimeout(id) };
  },
  afterGrace(delay_ms, callback) {
    AbortSignal.timeout(delay_ms).addEventListener("abort", callback, { once: true });
  },
});

/** Runs `callback` once after `delay_ms`, as {@link LateTimers} do, for this program. */
export function setLateTimer(delay_ms: number, callback: () => void): Timer {
  return programTimers.set(delay_ms, callback);
}
