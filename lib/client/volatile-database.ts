import { Database } from "./database.ts";
import { fetchLocked, type FetchOptions, type LockedRecord } from "./locked-record.ts";

/**
 * A database whose records are each on the node that used it last, and gone when the cluster is.
 * Records are used one at a time, locked against everybody else in the cluster.
 */
export class VolatileDatabase extends Database {
  /**
   * Fetches a record to this node and locks it there.
   *
   * @throws {DatabaseError} the key is empty, or the database is closed
   */
  async fetchLocked(key: Uint8Array, options: FetchOptions = {}): Promise<LockedRecord> {
    const { id, name } = this;
    const { tdb, locks } = this.file;
    return await fetchLocked(this.client, { id, name, tdb, locks }, key, options);
  }
}
