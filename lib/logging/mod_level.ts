/** Log levels as texts, without the log. @module */
export { logLevelName, parseLogLevel } from "./level.ts";
