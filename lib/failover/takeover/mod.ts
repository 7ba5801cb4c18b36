/**
 * The leader's side: one takeover run as a procedure over controls (`failover.md` 5).
 *
 * @module
 */
export { TakeoverError } from "./stage.ts";
export { type TakeoverContext, type TakeoverResult, takeoverRun } from "./takeover-run.ts";
