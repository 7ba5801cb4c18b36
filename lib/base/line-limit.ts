import {
  MAX_LIMITED_LINE_KINDS,
  MAX_OUTSIDE_LOG_LINES,
  OUTSIDE_LOG_WINDOW_MS,
} from "../limits/mod.ts";
import type { Clock } from "./clock.ts";
import type { LogLevelNumber, LogSink } from "./log.ts";

/** Lines that differ in nothing but numbers and quoted words. */
interface Kind {
  written: number;
  held: number;
  last: string;
}

/**
 * Keeps the log usable whatever comes from outside: of lines that somebody can cause as often as he
 * likes (`Logger.outside`) a few of a kind are written in each window of time, the others counted,
 * and at its end a line says how many there were.
 */
export class LineLimit {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A sink whose lines from outside are limited. */
  over(write: (level: LogLevelNumber, subsystem: string, message: string) => void): LogSink {
    return Object.assign(write.bind(undefined), {
      outside: (level: LogLevelNumber, subsystem: string, message: string) => {
        const kind = this.#kind(level, subsystem, message, write);
        if (kind.written++ < MAX_OUTSIDE_LOG_LINES) return write(level, subsystem, message);
        kind.held++;
        kind.last = message;
      },
    });
  }

  #kind(level: LogLevelNumber, subsystem: string, message: string, write: LogSink): Kind {
    const shape = `${level} ${subsystem} ${message.replace(/0x[\da-f]+|\d+|"[^"]*"/gi, "#")}`;
    const name = this.#kinds.has(shape) || this.#kinds.size < MAX_LIMITED_LINE_KINDS ? shape : "";
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind: Kind = { written: 0, held: 0, last: "" };
    this.#kinds.set(name, kind);
    this.#clock.setTimer(OUTSIDE_LOG_WINDOW_MS, () => {
      this.#kinds.delete(name);
      if (kind.held === 0) return;
      const window_s = OUTSIDE_LOG_WINDOW_MS / 1000;
      write(
        level,
        subsystem,
        `${kind.held} more lines of this kind in ${window_s} s: ${kind.last}`,
      );
    });
    return kind;
  }
}
