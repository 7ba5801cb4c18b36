import {
  attachDatabase,
  type DaemonConnection,
  type Database,
  type VolatileDatabase,
} from "../../lib/client/mod.ts";
import type { Cluster } from "../../testing/cluster/cluster.ts";
import type { Load } from "./scenario.ts";

/** A client with an open database. */
export interface BenchClient {
  readonly connection: DaemonConnection;
  readonly database: Database;
}

/** One that works on single records. */
export interface RecordClient extends BenchClient {
  readonly database: VolatileDatabase;
}

/** Connects `perNode` clients to each node; the clients of node 0 come first. */
export async function recordClients(
  cluster: Cluster,
  name: string,
  perNode: number,
): Promise<RecordClient[]> {
  const clients: RecordClient[] = [];
  for (const node of cluster.nodes) {
    for (let i = 0; i < perNode; i++) {
      const connection = await node.connect();
      clients.push({ connection, database: await attachDatabase(connection, name) });
    }
  }
  return clients;
}

/** Lets every client do `work` again and again. */
export function repeat<C extends BenchClient>(
  clients: readonly C[],
  work: (client: C, round: number) => Promise<void>,
): Load {
  let done = 0;
  let stopped = false;
  const loop = async (client: C) => {
    for (let round = 0; !stopped; round++) {
      await work(client, round);
      done++;
    }
  };
  const loops = Promise.all(clients.map(loop));
  // An error is reported by stop(), not as an unhandled rejection before it.
  loops.catch(() => {});
  return {
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await loops;
      disconnect(clients);
    },
  };
}

/** Closes files and connections. */
export function disconnect(clients: readonly BenchClient[]): void {
  for (const { connection, database } of clients) {
    database.close();
    connection.close();
  }
}

/** Adds one to the counter in a record, under its lock. */
export async function countOn({ database }: RecordClient, key: Uint8Array): Promise<void> {
  using record = await database.fetchLocked(key);
  const value = new Uint8Array(8);
  const view = new DataView(value.buffer);
  if (record.value?.length === 8) value.set(record.value);
  view.setUint32(0, view.getUint32(0, true) + 1, true);
  record.store(value);
}
