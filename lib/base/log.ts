import type { Happening, Journal } from "./happening.ts";

/** Log levels with the numbers that the protocol gives them (`cluster.md` 1.5). */
export const LogLevel = { ERROR: 0, WARNING: 1, NOTICE: 3, INFO: 5, DEBUG: 10 } as const;

/** A level's number; the protocol also lets clients set the numbers in between. */
export type LogLevelNumber = number;

/**
 * Where a part of a node writes what happened. Lines carry the subsystem and the number that
 * matters; the node is added by the sink.
 */
export interface Logger {
  /** Lines above this level are dropped. Read by callers before they build a costly text. */
  readonly level: LogLevelNumber;
  error(message: string): void;
  warning(message: string): void;
  notice(message: string): void;
  info(message: string): void;
  debug(message: string): void;
  /**
   * The same for lines that somebody outside can cause as often as he likes, by frames that are none
   * for example: where the log has a limit, only some of them are written, and the others counted.
   */
  readonly outside: LineWriter;
  /** What administrators are shown as an event, beside the lines of the log. */
  happened(happening: Happening): void;
  /** The same sink under the name of a subsystem, such as `recovery`. */
  child(subsystem: string): Logger;
}

/** The ways to write a line. */
export type LineWriter = Pick<Logger, "error" | "warning" | "notice" | "info" | "debug">;

/** Writes one finished line; `outside` one that may be held back. */
export interface LogSink {
  (level: LogLevelNumber, subsystem: string, message: string): void;
  readonly outside?: (level: LogLevelNumber, subsystem: string, message: string) => void;
}

/** A logger over `sink`; all children share one level, which `level` reads at each call. */
export function createLogger(
  sink: LogSink,
  level: () => LogLevelNumber,
  subsystem = "",
  journal: Journal = () => {},
): Logger {
  const writer = (write: LogSink): LineWriter => {
    const at = (n: LogLevelNumber) => (message: string) => {
      if (n <= level()) write(n, subsystem, message);
    };
    return {
      error: at(LogLevel.ERROR),
      warning: at(LogLevel.WARNING),
      notice: at(LogLevel.NOTICE),
      info: at(LogLevel.INFO),
      debug: at(LogLevel.DEBUG),
    };
  };
  return {
    get level() {
      return level();
    },
    ...writer(sink),
    outside: writer(sink.outside ?? sink),
    happened: journal,
    child: (name) => createLogger(sink, level, name, journal),
  };
}

/** Drops everything. */
export const nullLogger: Logger = createLogger(() => {}, () => -1);
