import { LockTable } from "./memory-locks.ts";
import type { RecordTable } from "./memory-records.ts";

/** What the handles of a file in memory share. */
export abstract class MemoryContent {
  readonly name: string;
  /** What every handle sees, transactions aside. Only handles of the file change it. */
  table: RecordTable;
  readonly locks: LockTable;
  seqnum = 0;
  /** Entries of the free list; a rough count, since there is no space to manage. */
  holes = 0;

  /** @param released called whenever somebody may have become able to lock */
  constructor(name: string, table: RecordTable, released: () => void) {
    this.name = name;
    this.table = table;
    this.locks = new LockTable(released);
  }

  /** What is on disk is what everybody sees now: the end of a synchronous commit. */
  abstract sync(): void;

  /** A handle was closed: its locks are gone. */
  abstract forget(handle: object): void;
}
