import { Errno } from "../base/mod.ts";
import type { Clock, Logger, Procedure, Timer } from "../base/mod.ts";

/**
 * Recoveries and takeover runs can each be disabled for a while, by an administrator's message or
 * by the leader itself (`cluster.md` 9.3).
 */
export class OperationGate {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #timer: Timer | undefined;
  #running = false;
  /** What disables it is a rest, nobody's order. */
  #resting = false;
  /** Called when the operation becomes possible again. */
  onEnabled: () => void = () => {};

  constructor(name: string, clock: Clock, log: Logger) {
    this.#name = name;
    this.#clock = clock;
    this.#log = log;
  }

  get disabled(): boolean {
    return this.#timer !== undefined;
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Disables for `timeout_s`, or enables with 0.
   *
   * @returns 0, or -EAGAIN while the operation runs here
   */
  disable(timeout_s: number): number {
    this.#resting = false;
    if (timeout_s === 0) {
      this.#enable();
      return 0;
    }
    if (this.#running) {
      this.#log.error(`Cannot disable ${this.#name} now: one is in progress`);
      return -Errno.EAGAIN;
    }
    this.#timer?.cancel();
    this.#log.notice(`Disabling ${this.#name} for ${timeout_s} seconds`);
    this.#timer = this.#clock.setTimer(timeout_s * 1000, () => this.#enable());
    return 0;
  }

  /** Disables for `timeout_s` of one's own accord; {@link OperationGate.wakeUp} may end that. */
  rest(timeout_s: number): void {
    this.disable(timeout_s);
    this.#resting = true;
  }

  /** Ends a {@link OperationGate.rest}; false when somebody else has disabled the operation. */
  wakeUp(): boolean {
    if (this.#resting) this.#enable();
    return !this.disabled;
  }

  /** Runs the operation unless it is disabled or running; undefined then. */
  *run<T>(operation: Procedure<T>): Procedure<T | undefined> {
    if (this.#running || this.disabled) return undefined;
    this.#running = true;
    try {
      return yield* operation;
    } finally {
      this.#running = false;
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #enable(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#log.notice(`Enabling ${this.#name} again`);
    this.onEnabled();
  }
}
