/** Errors and log levels, without clocks, queues and procedures. @module */
export * from "./errors.ts";
export * from "./log.ts";
