import { openTdb, type Tdb, TdbFlag, TdbOpenFlag } from "../../tdb/mod.ts";
import { transactionFlags } from "./database-flags.ts";
import type { DatabaseFile } from "./storage.ts";

/** Whether nobody empties the file in place when he opens it, as happens to all but persistent ones. */
export function mayStayOpen({ flags }: DatabaseFile): boolean {
  return (flags & TdbFlag.CLEAR_IF_FIRST) === 0;
}

interface Kept {
  readonly path: string;
  readonly flags: number;
  readonly identity: string;
  readonly tdb: Tdb;
}

/**
 * The file of a helper's last transaction, which stays open for the next: commits mostly come one
 * after the other to one database, and opening it costs as much as what is changed in it. libtdb does
 * not open a file twice in one process, so whoever else opens one closes this first.
 */
export class TransactionFile {
  #kept: Kept | undefined;

  /** The open file: the one of last time if it is still what its path names. */
  open({ path, flags }: DatabaseFile): Tdb {
    // Asked for before it is opened: of a file that is exchanged in between it names the older one,
    // and the next transaction opens it anew.
    const identity = identityOf(path);
    const kept = this.#kept;
    if (
      kept !== undefined && kept.path === path && kept.flags === flags && kept.identity === identity
    ) {
      return kept.tdb;
    }
    this.close();
    const tdb = openTdb(path, { flags: transactionFlags(flags), openFlags: TdbOpenFlag.RDWR });
    this.#kept = { path, flags, identity, tdb };
    return tdb;
  }

  close(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    kept?.tdb.close();
  }
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}
