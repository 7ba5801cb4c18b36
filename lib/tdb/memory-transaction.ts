import type { RecordTable } from "./memory-records.ts";

/** A transaction of one handle: what its file becomes if it is committed. */
export class MemoryTransaction {
  readonly table: RecordTable;
  /** What the sequence number will grow by. */
  changes = 0;
  dirty = false;
  prepared = false;
  /** A write failed: only cancelling is possible. */
  broken = false;
  /** How many transactions within it are open, itself among them. */
  depth = 1;

  /** @param table a copy of the file's, which is written to */
  constructor(table: RecordTable) {
    this.table = table;
  }

  /** Ends the innermost transaction; `false` if that is this one itself. */
  leave(): boolean {
    if (this.depth === 1) return false;
    this.depth--;
    return true;
  }

  /** Before a write: `false` if it is prepared and takes no more; then it is lost. */
  write(): boolean {
    if (this.prepared) this.broken = true;
    else this.dirty = true;
    return !this.prepared;
  }
}
