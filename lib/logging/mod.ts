/**
 * The log of a program: files, standard error, syslog, JSON lines (`cluster.md` 1.5). Edge code:
 * everything else gets a `Logger`. @module
 */
export { logLevelName, parseLogLevel, syslogSeverity } from "./level.ts";
export { LineSplitter } from "./line-splitter.ts";
export { LogError } from "./errors.ts";
export type { LogLocation, SyslogMode } from "./location.ts";
export { parseLogLocation } from "./location.ts";
export type { LogOptions, OpenedLog } from "./open-log.ts";
export { announceLogLocation, openLog, subsystemPrograms } from "./open-log.ts";
export { rfc3339 } from "./timestamp.ts";
