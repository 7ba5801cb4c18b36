/** What every layer stands on: errors, clock, random numbers, log. No I/O, no protocol. @module */
export * from "./c-number.ts";
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./happening.ts";
export * from "./late-timer.ts";
export * from "./libc.ts";
export * from "./line-limit.ts";
export * from "./log.ts";
export * from "./random.ts";
export * from "./runtime-flags.ts";
export * from "./read-arena.ts";
export * from "./version.ts";
export * from "./write-queue.ts";
export * from "./own-cpu-time.ts";
export * from "./parent-death.ts";
export * from "./procedure.ts";
