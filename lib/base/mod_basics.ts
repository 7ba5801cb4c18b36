/** Errors, log levels and numbers as C reads them, without clocks, queues and procedures. @module */
export * from "./c-number.ts";
export * from "./errors.ts";
export * from "./log.ts";
