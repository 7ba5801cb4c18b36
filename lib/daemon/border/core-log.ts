import {
  type Clock,
  createLogger,
  type Journal,
  LineLimit,
  type Logger,
  type LogLevelNumber,
} from "../../base/mod.ts";
import type { Flusher } from "../../loop/mod.ts";
import { MAX_TURN_LOG_LINES } from "../../limits/mod.ts";
import type { LogLine } from "./messages.ts";

/** The log as the core writes it: lines of a turn cross the border together. */
export class CoreLog {
  /** Lines above this level are not made. */
  level: LogLevelNumber;
  readonly logger: Logger;
  readonly #post: (lines: readonly LogLine[]) => void;
  readonly #flushLater: (flusher: Flusher) => void;
  #lines: LogLine[] = [];
  #dropped = 0;

  /**
   * @param runtime the clock limits lines from outside; `flushLater` has `flush` called at the end
   * of this turn
   * @param post sends lines over the border
   * @param journal sends what administrators are shown as events
   */
  constructor(
    level: LogLevelNumber,
    { clock, flushLater }: {
      readonly clock: Clock;
      readonly flushLater: (flusher: Flusher) => void;
    },
    post: (lines: readonly LogLine[]) => void,
    journal: Journal,
  ) {
    this.level = level;
    this.#flushLater = flushLater;
    this.#post = post;
    this.logger = createLogger(
      new LineLimit(clock).over((...line) => this.#add(line)),
      () => this.level,
      "",
      journal,
    );
  }

  /** Sends what is held. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    if (this.#dropped > 0) lines.push([0, "", `Log lines of one turn lost: ${this.#dropped}`]);
    this.#dropped = 0;
    this.#post(lines);
  }

  #add(line: LogLine): void {
    if (this.#lines.length >= MAX_TURN_LOG_LINES) {
      this.#dropped++;
      return;
    }
    if (this.#lines.push(line) === 1) this.#flushLater(this);
  }
}
