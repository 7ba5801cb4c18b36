import { type AttachedDatabase, attachFile } from "../../../lib/client/mod.ts";
import { recordValue } from "../../../lib/wire/mod.ts";
import type { Cluster, ClusterNode } from "../../../testing/cluster/cluster.ts";
import { testKeys } from "./test-keys.ts";

const EMPTY = new Uint8Array();
const CONTROL_TIMEOUT_MS = 120_000;

/** Leaves records on each node that are its own and have been deleted, a third of all on each. */
export async function deletedEverywhere(
  cluster: Cluster,
  name: string,
  count: number,
): Promise<AttachedDatabase[]> {
  const databases: AttachedDatabase[] = [];
  for (const node of cluster.nodes) {
    const database = await attachFile(await node.client(), name);
    const value = recordValue({ rsn: 5n, dmaster: node.pnn, flags: 0 }, EMPTY);
    for (const key of testKeys(Math.ceil(count / cluster.nodes.length), `deleted ${node.pnn}`)) {
      database.file.tdb.store(key, value);
    }
    databases.push(database);
  }
  return databases;
}

/** A full vacuum of a node's database; settles when it is over. */
export async function vacuum(node: ClusterNode, dbId: number): Promise<void> {
  const client = await node.client();
  const request = { dbId, fullVacuumRun: true };
  await client.control(node.pnn, "DB_VACUUM", request, { timeout_ms: CONTROL_TIMEOUT_MS });
}
