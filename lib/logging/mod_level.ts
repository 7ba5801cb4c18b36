/** Log levels and places of logs as texts, without the log. @module */
export { logLevelName, parseLogLevel } from "./level.ts";
export { parseLogLocation } from "./location.ts";
