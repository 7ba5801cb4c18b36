import { MAX_GATE_CONTROLS } from "../limits/mod.ts";

/**
 * Says whether work is under way that nothing else may cut into: a transaction in the worker
 * process, or a commit that is applied slice by slice. What comes meanwhile waits, in order.
 */
export class WorkGate {
  readonly #waiting: (() => void)[] = [];
  #busy = false;

  get busy(): boolean {
    return this.#busy;
  }

  enter(): void {
    this.#busy = true;
  }

  /** Ends the work; those who wait run now, until one of them enters. */
  leave(): void {
    this.#busy = false;
    while (!this.#busy && this.#waiting.length > 0) this.#waiting.shift()!();
  }

  /** Runs `callback` now or when the work has ended; `false` when too many wait already. */
  whenIdle(callback: () => void): boolean {
    if (!this.#busy) {
      callback();
      return true;
    }
    if (this.#waiting.length >= MAX_GATE_CONTROLS) return false;
    this.#waiting.push(callback);
    return true;
  }
}
