import { TdbError } from "../tdb/mod.ts";
import { findLockHolders, type LockHolder } from "../tdb/mod.ts";

/** Times that the locks are looked at: one that is there each time is held. */
const LOOKS = 4;

/** The locks of each database file that were held by the same process whenever it was looked at. */
export async function lastingHolders(
  paths: ReadonlyMap<number, string>,
  watch_ms: number,
): Promise<ReadonlyMap<number, readonly LockHolder[]>> {
  let lasting = look(paths);
  for (let times = 1; times < LOOKS; times++) {
    await new Promise((done) => setTimeout(done, watch_ms / (LOOKS - 1)));
    const now = look(paths);
    lasting = new Map([...lasting].map(([id, holders]) => {
      const still = new Set(now.get(id)?.map(identity));
      return [id, holders.filter((holder) => still.has(identity(holder)))];
    }));
  }
  return lasting;
}

function look(paths: ReadonlyMap<number, string>): Map<number, readonly LockHolder[]> {
  return new Map([...paths].map(([id, path]) => [id, holdersOf(path)]));
}

/** A file that cannot be read is another check's. */
function holdersOf(path: string): readonly LockHolder[] {
  try {
    return findLockHolders(path);
  } catch (error) {
    if (error instanceof TdbError || error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}

function identity({ pid, by, scope, chain }: LockHolder): string {
  return `${pid} ${by} ${scope} ${chain}`;
}
