import { TdbFlag } from "../../tdb/mod.ts";
import type { DatabaseKind } from "./storage.ts";

const VOLATILE = TdbFlag.NOSYNC | TdbFlag.CLEAR_IF_FIRST | TdbFlag.INCOMPATIBLE_HASH |
  TdbFlag.DISALLOW_NESTING;

/** The flags that the daemon opens databases with (`records.md` 1.5). */
export function databaseFlags(kind: DatabaseKind, mutexes: boolean): number {
  switch (kind) {
    case "volatile":
      return mutexes ? VOLATILE | TdbFlag.MUTEX_LOCKING : VOLATILE;
    case "replicated":
      return VOLATILE;
    case "persistent":
      return TdbFlag.DISALLOW_NESTING;
  }
}

/** Flags of the tracking database of read-only copies. */
export const TRACKING_FLAGS = TdbFlag.NOLOCK | TdbFlag.CLEAR_IF_FIRST | TdbFlag.NOSYNC;
/** Flags of the health database. */
export const HEALTH_FLAGS = TdbFlag.DISALLOW_NESTING;

/**
 * The flags that another process opens a database with. It should never be the one that empties the
 * file, but libtdb does not open a file with mutexes without CLEAR_IF_FIRST.
 */
export function helperFlags(flags: number): number {
  return (flags & TdbFlag.MUTEX_LOCKING) !== 0 ? flags : flags & ~TdbFlag.CLEAR_IF_FIRST;
}

/**
 * The flags that another process opens a database with for a transaction of few records. Where a file
 * is mapped, libtdb syncs it twice at each of the four steps of a commit that must be on disk, by
 * `fdatasync` and by `msync`, which in Linux write the same pages of the same cache: without a mapping
 * the first is enough. It reads with `pread` then, which for many records costs more than it saves.
 */
export function transactionFlags(flags: number): number {
  const synced = (flags & TdbFlag.NOSYNC) === 0;
  return helperFlags(flags) | (synced ? TdbFlag.NOMMAP : 0);
}
