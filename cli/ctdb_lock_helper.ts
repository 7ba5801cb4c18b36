import { runLockHelper } from "../lib/tdb/mod.ts";

/**
 * `ctdb_lock_helper`: waits for a lock of a TDB in the place of the daemon, and holds it while the
 * daemon works under it. Blocks while it waits; it has nothing else to do.
 */
export function main(args: string[]): Promise<number> {
  return Promise.resolve(runLockHelper(args));
}
