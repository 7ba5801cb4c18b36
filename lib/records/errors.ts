import { CtdbError } from "../base/mod.ts";
import { TdbError } from "../tdb/mod.ts";
import { WireError } from "../wire/mod.ts";

/** Something is not as it should be with a database, a file or a request: no bug of ours. */
export class RecordsError extends CtdbError {}

/**
 * The text of an error that a disk, another process or a peer can cause. Anything else that was
 * thrown is a broken invariant, or the end of the daemon, and is thrown on: nobody may go on after it.
 */
export function faultText(error: unknown): string {
  const expected = error instanceof TdbError || error instanceof WireError ||
    error instanceof RecordsError;
  if (!expected) throw error;
  return error.message;
}
