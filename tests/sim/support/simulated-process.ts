import type { Clock, Timer } from "../../../lib/base/mod.ts";

/** What the processes of a simulation report to. */
export interface ProcessWatcher {
  /** An exception came out of the process' code: a real one would have died of it. */
  crashed(process: SimulatedProcess, error: unknown): void;
}

/**
 * A process on a simulated machine: everything that happens to it goes through {@link run}, so that
 * it can be stopped for a while, or for good.
 */
export class SimulatedProcess implements Clock {
  readonly name: string;
  readonly pid: number;
  readonly #time: Clock;
  readonly #watcher: ProcessWatcher;
  #alive = true;
  /** What came in while the process was stopped. */
  #waiting: (() => void)[] | undefined;
  readonly #atEnd: (() => void)[] = [];

  constructor(name: string, pid: number, time: Clock, watcher: ProcessWatcher) {
    this.name = name;
    this.pid = pid;
    this.#time = time;
    this.#watcher = watcher;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#waiting !== undefined;
  }

  now(): number {
    return this.#time.now();
  }

  wallTime(): bigint {
    return this.#time.wallTime();
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    let cancelled = false;
    const timer = this.#time.setTimer(delay_ms, () =>
      this.run(() => {
        if (!cancelled) callback();
      }));
    return {
      cancel: () => {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  /** An event of this process: now, when it goes on, or never. */
  run(event: () => void): void {
    if (!this.#alive) return;
    if (this.#waiting !== undefined) {
      this.#waiting.push(event);
      return;
    }
    try {
      event();
    } catch (error) {
      if (this.#alive) this.#watcher.crashed(this, error);
    }
  }

  /** SIGSTOP. */
  pause(): void {
    this.#waiting ??= [];
  }

  /** SIGCONT: what came in meanwhile happens now, each in an event of its own. */
  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const event of waiting) this.#time.setTimer(0, () => this.run(event));
  }

  /** What the kernel does when the process ends. */
  atEnd(action: () => void): void {
    this.#atEnd.push(action);
  }

  /** The process ends, by whatever cause. Twice does nothing. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#waiting = undefined;
    for (const action of this.#atEnd.splice(0)) action();
  }
}
