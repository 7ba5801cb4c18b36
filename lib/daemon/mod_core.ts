/**
 * The part of the daemon that runs on the core's thread, without the edge.
 * @module
 */
export { type CoreThreadStart, runCoreThread } from "./border/core-thread.ts";
