import { Errno } from "../base/mod.ts";

/** What the event daemon of Samba 4.25 stores for a script that a run did not reach. */
const NOT_REACHED_425 = -42;

/** Whether a stored result says that the run ended in front of the script. */
export function wasNotReached(result: number): boolean {
  return result === -Errno.ENODATA || result === NOT_REACHED_425;
}
