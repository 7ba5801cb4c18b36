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
  /** What administrators are shown as an event, beside the lines of the log. */
  happened(happening: Happening): void;
  /** The same sink under the name of a subsystem, such as `recovery`. */
  child(subsystem: string): Logger;
}

/** Writes one finished line. */
export type LogSink = (level: LogLevelNumber, subsystem: string, message: string) => void;

/** A logger over `sink`; all children share one level, which `level` reads at each call. */
export function createLogger(
  sink: LogSink,
  level: () => LogLevelNumber,
  subsystem = "",
  journal: Journal = () => {},
): Logger {
  const at = (n: LogLevelNumber) => (message: string) => {
    if (n <= level()) sink(n, subsystem, message);
  };
  return {
    get level() {
      return level();
    },
    error: at(LogLevel.ERROR),
    warning: at(LogLevel.WARNING),
    notice: at(LogLevel.NOTICE),
    info: at(LogLevel.INFO),
    debug: at(LogLevel.DEBUG),
    happened: journal,
    child: (name) => createLogger(sink, level, name, journal),
  };
}

/** Drops everything. */
export const nullLogger: Logger = createLogger(() => {}, () => -1);
