import type { Tdb } from "../tdb/mod.ts";
import { ChainLocks } from "./chain-locks.ts";

/** A database file of this process, for everybody in it who uses the database. */
export interface SharedFile {
  readonly tdb: Tdb;
  readonly locks: ChainLocks;
  /** Gives up this use; the last one closes the file. */
  close(): void;
}

interface OpenFile {
  readonly tdb: Tdb;
  readonly locks: ChainLocks;
  users: number;
}

const open = new Map<string, OpenFile>();

/**
 * Opens a file once for all its users: a second descriptor of it would take the locks of the first
 * along when it is closed.
 */
export function shareFile(path: string, openFile: () => Tdb): SharedFile {
  let file = open.get(path);
  if (file === undefined) {
    const tdb = openFile();
    file = { tdb, locks: new ChainLocks(tdb), users: 0 };
    open.set(path, file);
  }
  file.users++;
  const { tdb, locks } = file;
  let closed = false;
  return {
    tdb,
    locks,
    close() {
      if (closed) return;
      closed = true;
      if (--file.users > 0) return;
      open.delete(path);
      tdb.close();
    },
  };
}
