import type { LogLevelNumber } from "../base/mod_basics.ts";
import { atoi, LogLevel } from "../base/mod_basics.ts";

/** Ascending, so that the first name that reaches a number is the number's name. */
const names = ["ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"] as const;

const highestLevel = LogLevel.DEBUG;

/**
 * The number of a log level as configuration and `ctdb setdebug` spell it (`cluster.md` 1.5): any
 * prefix of a name in any case, or a decimal number 0..10. Undefined when it is neither.
 *
 * What follows the digits is ignored (`3.5`, `0x3` = 0), as the C tools do: they read with `strtol`
 * and keep an `int`.
 */
export function parseLogLevel(text: string): LogLevelNumber | undefined {
  if (/^[0-9]/.test(text)) return levelOfNumber(atoi(text));
  if (text === "") return undefined;
  const upper = text.toUpperCase();
  const name = names.find((candidate) => candidate.startsWith(upper));
  return name === undefined ? undefined : LogLevel[name];
}

/** The name of a level's number; the numbers in between belong to the name below them. */
export function logLevelName(level: LogLevelNumber): string {
  if (level <= LogLevel.ERROR) return "ERROR";
  if (level <= 2) return "WARNING";
  if (level <= 4) return "NOTICE";
  return level < highestLevel ? "INFO" : "DEBUG";
}

/** The syslog severity of a level: 3 err, 4 warning, 5 notice, 6 info, 7 debug (1.5). */
export function syslogSeverity(level: LogLevelNumber): number {
  if (level <= LogLevel.ERROR) return 3;
  if (level <= LogLevel.WARNING) return 4;
  if (level <= LogLevel.INFO) return 5;
  return level < highestLevel ? 6 : 7;
}

function levelOfNumber(level: number): LogLevelNumber | undefined {
  return level >= LogLevel.ERROR && level <= highestLevel ? level : undefined;
}
