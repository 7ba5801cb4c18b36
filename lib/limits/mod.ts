/**
 * Limits of the programs, all in one place: every queue and every size that comes from outside is
 * bounded. `docs/limits.md` is made from these modules.
 *
 * @module
 */
export * from "./admin.ts";
export * from "./client.ts";
export * from "./config.ts";
export * from "./daemon.ts";
export * from "./events.ts";
export * from "./failover.ts";
export * from "./logging.ts";
export {
  MEMORY_SHARES,
  memoryOf,
  type MemoryOwner,
  type MemoryShare,
  memoryText,
} from "./memory.ts";
export * from "./mod_quick.ts";
export * from "./programs.ts";
export * from "./records.ts";
export * from "./recovery.ts";
export * from "./survey.ts";
export * from "./tdb.ts";
export * from "./transport.ts";
