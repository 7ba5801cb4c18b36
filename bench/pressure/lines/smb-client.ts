import {
  attachDatabase,
  type DaemonConnection,
  type VolatileDatabase,
} from "../../../lib/client/mod.ts";
import type { ClusterNode } from "../../../testing/cluster/cluster.ts";

/** What smbd writes for a file that is open. */
const SHARE_MODE_BYTES = 400;
const LOCKING = "locking.tdb";
const BYTE_LOCKS = "brlock.tdb";

/** A client that locks records as smbd does when a file is opened, locked and closed. */
export class SmbClient {
  readonly #connection: DaemonConnection;
  readonly #locking: VolatileDatabase;
  readonly #byteLocks: VolatileDatabase;
  opened = 0;

  private constructor(
    connection: DaemonConnection,
    locking: VolatileDatabase,
    byteLocks: VolatileDatabase,
  ) {
    this.#connection = connection;
    this.#locking = locking;
    this.#byteLocks = byteLocks;
  }

  /** Connects to a node and attaches what smbd keeps its opens in. */
  static async connect(node: ClusterNode): Promise<SmbClient> {
    const connection = await node.connect();
    return new SmbClient(
      connection,
      await attachDatabase(connection, LOCKING),
      await attachDatabase(connection, BYTE_LOCKS),
    );
  }

  /** Opens a file, takes and leaves a byte range, and closes it: the last one removes the records. */
  async openAndClose(file: string): Promise<void> {
    const key = new TextEncoder().encode(file);
    await store(this.#locking, key);
    await store(this.#byteLocks, key);
    await remove(this.#byteLocks, key);
    await remove(this.#locking, key);
    this.opened++;
  }

  close(): void {
    this.#locking.close();
    this.#byteLocks.close();
    this.#connection.close();
  }
}

async function store(database: VolatileDatabase, key: Uint8Array): Promise<void> {
  using record = await database.fetchLocked(key);
  record.store(new Uint8Array(SHARE_MODE_BYTES));
}

async function remove(database: VolatileDatabase, key: Uint8Array): Promise<void> {
  using record = await database.fetchLocked(key);
  record.delete();
}
