import { traverse } from "../../../lib/client/mod.ts";
import { Cluster, type DaemonKind } from "../../../testing/cluster/cluster.ts";
import { eachSize, type GrowthFamily, sizesOf, type Values } from "../growth-family.ts";
import { fillDatabase, patientClient, pause, timed, timedRecovery, usage } from "../sample.ts";

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const SHORT = 10_000;
const NODES = 3;
const DATABASE = "growth_records.tdb";
const EMPTY = "growth_empty.tdb";
/** After which a node of ours has given back what the load has left. */
const REST_MS = 25_000;

/** Records of 100 bytes in one database on three nodes. */
export const records: GrowthFamily = {
  name: "records",
  title: "Records of 100 bytes in one database of three nodes",
  size: "records",
  quantities: [
    { name: "recovery", unit: "ms", power: 1 },
    { name: "CPU of a recovery, all nodes", unit: "ms", power: 1 },
    { name: "attach, once more", unit: "ms" },
    { name: "traverse", unit: "ms", power: 1 },
    { name: "CPU of a traverse", unit: "ms", power: 1 },
    { name: "memory of a node", unit: "MB", power: 1 },
    { name: "memory after a rest", unit: "MB", power: 1 },
  ],
  measure: (setup) => eachSize(setup, sizesOf(setup, SIZES, SHORT), measure),
};

async function measure(kind: DaemonKind, size: number): Promise<Values> {
  await using cluster = await Cluster.start({
    nodes: new Array<DaemonKind>(NODES).fill(kind),
    clusterLock: false,
    tunables: { RerecoveryTimeout: 1, TraverseTimeout: 300 },
  });
  await fillDatabase(cluster, DATABASE, size);
  const recovery = await timedRecovery(cluster);
  const client = await patientClient(cluster.node(0));
  const attach = await timed(cluster, () => client.control(client.pnn, "DB_ATTACH", DATABASE));
  const dbId = await client.control(client.pnn, "DB_ATTACH", DATABASE);
  // The helpers that read are there from then on.
  const empty = await client.control(client.pnn, "DB_ATTACH", EMPTY);
  for await (const _record of traverse(client, empty));
  let seen = 0;
  const walk = await timed(cluster, async () => {
    for await (const _record of traverse(client, dbId)) seen++;
  });
  if (seen < size) throw new Error(`traverse of ${size} records: saw ${seen}`);
  const memory_kb = usage(cluster).memory_kb / NODES;
  client.close();
  await pause(REST_MS);
  const rested_kb = usage(cluster).memory_kb / NODES;
  return {
    "recovery": recovery.time_ms,
    "CPU of a recovery, all nodes": recovery.cpu_ms,
    "attach, once more": attach.time_ms,
    "traverse": walk.time_ms,
    "CPU of a traverse": walk.cpu_ms,
    "memory of a node": memory_kb / 1024,
    "memory after a rest": rested_kb / 1024,
  };
}
