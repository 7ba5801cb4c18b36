import type { Clock } from "../../../lib/base/mod.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

interface OpenCall {
  readonly what: string;
  readonly process: SimulatedProcess;
  readonly since_ms: number;
}

/** Everything that clients wait for. What a client waits for when it dies does not count. */
export class OpenCalls {
  readonly #time: Clock;
  readonly #open = new Set<OpenCall>();
  /** Calls that were answered. */
  answered = 0;

  constructor(time: Clock) {
    this.#time = time;
  }

  begin(process: SimulatedProcess, what: string): { end(): void } {
    const call = { process, what, since_ms: this.#time.now() };
    this.#open.add(call);
    return {
      end: () => {
        if (this.#open.delete(call)) this.answered++;
      },
    };
  }

  /** A call that waits since before `before_ms`, as text. */
  olderThan(before_ms: number): string | undefined {
    for (const call of this.#open) {
      if (!call.process.alive) this.#open.delete(call);
      else if (call.since_ms < before_ms) {
        return `${call.process.name} waits since ${
          (call.since_ms / 1000).toFixed(3)
        } s: ${call.what}`;
      }
    }
    return undefined;
  }
}
