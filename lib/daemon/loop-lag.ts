import type { Clock, Logger, Timer } from "../base/mod.ts";
import type { LoopPort } from "./node-ports.ts";

const INTERVAL_MS = 60_000;
/** A turn below this keeps nobody waiting for long. */
const WORTH_TELLING_MS = 200;

/** Says once a minute in the log if a turn of the core has kept everybody waiting for long. */
export class LoopLag {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #loop: LoopPort;
  #timer: Timer | undefined;

  constructor(clock: Clock, log: Logger, loop: LoopPort) {
    this.#clock = clock;
    this.#log = log;
    this.#loop = loop;
  }

  start(): void {
    this.#timer = this.#clock.setTimer(INTERVAL_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { turn_ms, collection_ms } = this.#loop.takeRecent();
    if (turn_ms < WORTH_TELLING_MS) return;
    const { p50_ms, p99_ms, p999_ms } = this.#loop.figures().turns;
    this.#log.warning(
      `Loop lag: a turn took ${turn_ms.toFixed(0)} ms in the last minute, the longest garbage ` +
        `collection ${collection_ms.toFixed(0)} ms; of all turns p50 ${p50_ms} ms, ` +
        `p99 ${p99_ms} ms, p99.9 ${p999_ms} ms`,
    );
  }
}
