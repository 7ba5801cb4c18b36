/**
 * The databases of a node: migration of records, read-only copies, transactions, and the work of a
 * recovery on them (`spec/records.md`). Knows no sockets and no cluster membership: what it needs of
 * the node around it is {@link RecordsHost}, what it needs of the disk {@link RecordsStorage}.
 *
 * @module
 */
export type * from "./host.ts";
export { RecordsError } from "./errors.ts";
export { Records, type RecordsControlName } from "./records.ts";
export type { Database } from "./database.ts";
export type { LockWait, LockWaits } from "./locks/lock-waits.ts";
export type { FreezeState } from "./database-phase.ts";
export type {
  LockCounting,
  RecordsCounter,
  RecordsLatency,
  RecordsStatistics,
} from "./statistics.ts";
export { hopBucket, LatencyTally, LockTally, RecordsCount } from "./statistics.ts";
export type * from "./storage/storage.ts";
export { type HelperPipe, runRecordsHelper, standardPipe } from "./storage/helper-main.ts";
export {
  MemoryStorage,
  type MemoryStorageOptions,
  type StorageFaults,
} from "./storage/memory-storage.ts";
export { FileScratch } from "./storage/file-scratch.ts";
export { HeapScratch, type Scratch } from "./storage/scratch.ts";
export {
  type DatabaseDirectories,
  RealStorage,
  type RealStorageOptions,
} from "./storage/real-storage.ts";
