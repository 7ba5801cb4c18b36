import v8 from "node:v8";
import { TurnTimes } from "./turn-times.ts";

/** What V8 says of one garbage collection. */
interface Collection {
  /** How long everything stood, in ns. */
  readonly cost: number;
}

/** What runs beside the program, in V8. */
interface Profiler {
  start(): void;
  stop(): { readonly statistics: readonly Collection[] } | undefined;
}

/** Between two looks: what V8 remembers of each collection is not small. */
const LOOK_MS = 5000;
const NS_PER_MS = 1e6;

/** How long the garbage collections of this thread took, which stand in the times of turns. */
export class Collections {
  readonly times: TurnTimes = new TurnTimes();
  #profiler: Profiler | undefined;
  #next_ms = -Infinity;

  /** Called once a turn, at its end. */
  turn(now_ms: number): void {
    if (now_ms >= this.#next_ms) this.look(now_ms);
  }

  /** Adds what there has been since the last look. */
  look(now_ms: number): void {
    this.#next_ms = now_ms + LOOK_MS;
    for (const { cost } of this.#profiler?.stop()?.statistics ?? []) {
      this.times.add(cost / NS_PER_MS);
    }
    // One that has been stopped does not start again.
    this.#profiler = new v8.GCProfiler();
    this.#profiler.start();
  }

  /** Ends the counting. */
  close(): void {
    this.#profiler?.stop();
    this.#profiler = undefined;
    this.#next_ms = Infinity;
  }
}
