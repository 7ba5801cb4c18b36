/**
 * Which node hosts which public address: pure functions, no I/O (`failover.md` 6).
 *
 * @module
 */
export type { HomeNode } from "../../config/mod.ts";
export { allocate, nothingToAllocate } from "./allocate.ts";
export { explainInWords, type Explanation, type PlanStep } from "./explain.ts";
export { type Forecast, forecast, type Pretence } from "./forecast.ts";
export {
  type Allocation,
  type AllocationInput,
  type Assignment,
  IpAllocAlgorithm,
  type KnownAddress,
  type NodeReport,
} from "./types.ts";
export { NOBODY } from "./nobody.ts";
