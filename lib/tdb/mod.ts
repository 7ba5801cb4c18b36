/**
 * TDB files: libtdb through FFI, and the same interface in memory for the simulation.
 *
 * @module
 */
export { isDamaged } from "./damage.ts";
export { LockHelperError, TdbError, type TdbErrorCode, TdbLibraryError } from "./errors.ts";
export { DEFAULT_HASH_SIZE, TdbFlag, TdbOpenFlag } from "./flags.ts";
export type { LockRequest } from "./helper-protocol.ts";
export {
  type HelperLockHandle,
  type LockEvents,
  LockHelperClient,
  type LockHelperListener,
  type LockHelperOptions,
  type LockHelperProcess,
  type SpawnLockHelper,
} from "./lock-helper-client.ts";
export { lockHelperSpawner } from "./lock-helper-process.ts";
export { type HelperIo, runLockHelper } from "./lock-helper.ts";
export {
  type ChainOwners,
  chainOwners,
  describeLockHolders,
  findLockHolders,
  type LockHolder,
  ownerOf,
} from "./lock-holder.ts";
export { mutexesSupported } from "./library.ts";
export { deviceText, parseProcLocks, type ProcLock } from "./proc-locks.ts";
export { MemoryTdbDisk } from "./memory-disk.ts";
export {
  type MemoryHelperLock,
  type MemoryOpenOptions,
  MemoryTdbFile,
  openMemoryTdb,
} from "./memory-file.ts";
export { openTdb } from "./native-open.ts";
export type {
  PlacedRecord,
  PlacedVisitor,
  RecordLoader,
  RecordVisitor,
  ScanLimit,
  ScanResult,
  StoreMode,
  Tdb,
  TdbOpenOptions,
} from "./tdb.ts";
