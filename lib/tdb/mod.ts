/**
 * TDB files: libtdb through FFI, and the same interface in memory for the simulation.
 *
 * @module
 */
export { TdbError, type TdbErrorCode, TdbLibraryError } from "./errors.ts";
export { DEFAULT_HASH_SIZE, TdbFlag, TdbOpenFlag } from "./flags.ts";
export { describeLockHolders, findLockHolders, type LockHolder } from "./lock-holder.ts";
export { mutexesSupported } from "./library.ts";
export { MemoryTdbDisk } from "./memory-disk.ts";
export {
  type MemoryHelperLock,
  type MemoryOpenOptions,
  MemoryTdbFile,
  openMemoryTdb,
} from "./memory-file.ts";
export { openTdb } from "./native-tdb.ts";
export type {
  RecordVisitor,
  ScanLimit,
  ScanResult,
  StoreMode,
  Tdb,
  TdbOpenOptions,
} from "./tdb.ts";
