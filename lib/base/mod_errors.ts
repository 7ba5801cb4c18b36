/** The error that all of ours derive from, and nothing else. @module */
export * from "./errors.ts";
