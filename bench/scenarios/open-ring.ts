import { attachDatabase, type VolatileDatabase } from "../../lib/client/mod.ts";
import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import type { Load, RateScenario } from "./scenario.ts";

const LOCKING = "locking.tdb";
const FILE = new TextEncoder().encode("file of all");
/** What smbd writes for a file that is open, and for its own handle of it. */
const SHARE_MODE_BYTES = 400;
const HANDLE_BYTES = 300;

/**
 * What smbd does to open and close one file on each node in turn: its share modes, which move along,
 * in a database whose changes are counted, and a record of its own for each open, whose key is new.
 */
export const openRing: RateScenario = {
  kind: "rate",
  name: "opens of one file in turn",
  unit: "open",
  start,
};

async function start(cluster: Cluster): Promise<Load> {
  const openers = await Promise.all(cluster.nodes.map((node) => opener(node)));
  let done = 0;
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      for (const { openAndClose } of openers) {
        await openAndClose();
        done++;
      }
    }
  })();
  return {
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await ended;
      for (const { close } of openers) close();
    },
  };
}

/** A client of a node that opens and closes the file. */
async function opener(node: ClusterNode) {
  const connection = await node.connect();
  const locking = await attachDatabase(connection, LOCKING);
  const id = await connection.control(connection.pnn, "DB_ATTACH", LOCKING);
  await connection.control(connection.pnn, "ENABLE_SEQNUM", id);
  const handles = await attachDatabase(connection, "smbXsrv_open_global.tdb");
  return {
    async openAndClose(): Promise<void> {
      const handle = crypto.getRandomValues(new Uint8Array(4));
      await store(handles, handle, HANDLE_BYTES);
      await store(locking, FILE, SHARE_MODE_BYTES);
      await remove(locking, FILE);
      await remove(handles, handle);
    },
    close(): void {
      locking.close();
      handles.close();
      connection.close();
    },
  };
}

async function store(database: VolatileDatabase, key: Uint8Array, size: number): Promise<void> {
  using record = await database.fetchLocked(key);
  record.store(new Uint8Array(size));
}

async function remove(database: VolatileDatabase, key: Uint8Array): Promise<void> {
  using record = await database.fetchLocked(key);
  record.delete();
}
