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
