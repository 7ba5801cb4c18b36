import type { Faults } from "./faults.ts";

/** Runs callbacks in a later turn of the event loop, in order, before timers. */
export interface Turns {
  defer(callback: () => void): void;
}

/**
 * One queue for everything that the node sends to itself or answers "from a zero-delay timer":
 * loopback packets, replies, re-injected packets keep their order among each other.
 *
 * What is deferred while the queue runs goes into the next turn, so that sockets are served too.
 */
export class TurnQueue implements Turns {
  readonly #schedule: (callback: () => void) => void;
  readonly #faults: Pick<Faults, "handle">;
  #queue: (() => void)[] = [];
  readonly #run = () => this.#runTurn();

  /** @param schedule runs its argument in a later turn; `setImmediate` outside of simulations */
  constructor(schedule: (callback: () => void) => void, faults: Pick<Faults, "handle">) {
    this.#schedule = schedule;
    this.#faults = faults;
  }

  defer(callback: () => void): void {
    if (this.#queue.push(callback) === 1) this.#schedule(this.#run);
  }

  #runTurn(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const callback of queue) {
      try {
        callback();
      } catch (error) {
        this.#faults.handle("Deferred work", error);
      }
    }
  }
}
