import type { LogLevelNumber } from "../base/mod.ts";
import { logLevelName, syslogSeverity } from "./level.ts";
import { rfc3339, syslogTime } from "./timestamp.ts";

/** One thing that was logged, before it has the form of a sink. */
export interface LogEntry {
  /** Microseconds since the epoch. */
  readonly wallTime_us: bigint;
  readonly level: LogLevelNumber;
  /** Short host name; in test mode the last part of `CTDB_BASE`. */
  readonly host: string;
  readonly program: string;
  readonly pid: number;
  /** Own node number; undefined while it is not known. */
  readonly node: number | undefined;
  readonly subsystem: string;
  readonly message: string;
}

/** Turns an entry into what a sink stores or sends, without the newline. */
export type EntryFormat = (entry: LogEntry) => string;

/** The facility `daemon`. */
const facility = 3 << 3;

/** `2026-11-22T06:13:41.892542+00:00 HOST ctdbd[31054]: text` (`cluster.md` 1.5). */
export function formatLine(entry: LogEntry): string {
  return `${rfc3339(entry.wallTime_us)} ${entry.host} ` +
    `${entry.program}[${entry.pid}]: ${textOf(entry)}`;
}

/** The text alone: what an interactive daemon shows on a terminal. */
export function formatPlain(entry: LogEntry): string {
  return textOf(entry);
}

/** One JSON object: time, host, program, pid, node, subsystem, level, message. */
export function formatJson(entry: LogEntry): string {
  return JSON.stringify({
    time: rfc3339(entry.wallTime_us),
    host: entry.host,
    program: entry.program,
    pid: entry.pid,
    node: entry.node ?? null,
    subsystem: entry.subsystem,
    level: logLevelName(entry.level),
    message: entry.message,
  });
}

/** What libc's `syslog` sends to `/dev/log`: `<29>Nov 22 08:11:09 ctdbd[30812]: text`. */
export function formatSyslog(entry: LogEntry): string {
  return `<${priority(entry)}>${syslogTime(entry.wallTime_us)} ` +
    `${entry.program}[${entry.pid}]: ${textOf(entry)}`;
}

/** The same without a time, which the receiver adds: `<29>ctdbd[30812]: text`. */
export function formatSyslogBare(entry: LogEntry): string {
  return `<${priority(entry)}>${entry.program}[${entry.pid}]: ${textOf(entry)}`;
}

/** RFC 5424: `<29>1 2026-11-22T08:11:12.924108+00:00 HOST ctdbd 30827 - - text`. */
export function formatRfc5424(entry: LogEntry): string {
  return `<${priority(entry)}>1 ${rfc3339(entry.wallTime_us)} ${entry.host} ` +
    `${entry.program} ${entry.pid} - - ${textOf(entry)}`;
}

function priority(entry: LogEntry): number {
  return facility | syslogSeverity(entry.level);
}

function textOf(entry: LogEntry): string {
  return entry.subsystem === "" ? entry.message : `${entry.subsystem}: ${entry.message}`;
}
