import { attachFile } from "../../lib/client/mod.ts";
import { recordValue, RecoveryMode } from "../../lib/wire/mod.ts";
import type { Cluster } from "../../testing/cluster/cluster.ts";
import type { TimeScenario } from "./scenario.ts";
import { untilRecovered, vnnGeneration } from "./recovered.ts";

const VALUE_BYTES = 100;
/** Recoveries would otherwise have to wait 10 s for the next. */
const TUNABLES = { RerecoveryTimeout: 1 };

/** A recovery of databases that hold `records` records together, on all nodes. */
export function recovery(databases: number, records: number): TimeScenario {
  const what = records === 0 ? "empty" : `${records} records`;
  return {
    kind: "time",
    name: `recovery, ${databases} database${databases === 1 ? "" : "s"}, ${what}`,
    tunables: TUNABLES,
    prepare: (cluster) => fill(cluster, databases, records),
    sample,
  };
}

async function sample(cluster: Cluster): Promise<number> {
  const node = cluster.node(0);
  const client = await node.client();
  const before = await vnnGeneration(node);
  // The pause after the last recovery, in which none may begin.
  await new Promise((resolve) => setTimeout(resolve, 1500 + 1000 * Math.random()));
  const start = performance.now();
  await client.control(node.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  await untilRecovered(cluster, cluster.nodes, before);
  return performance.now() - start;
}

/** Stores a third of the records on each node; the first recovery brings all to all. */
async function fill(cluster: Cluster, databases: number, records: number): Promise<void> {
  for (let i = 0; i < databases; i++) {
    for (const node of cluster.nodes) {
      const { file } = await attachFile(await node.client(), `bench_recovery_${i}.tdb`);
      const header = { rsn: 1n, dmaster: node.pnn, flags: 0 };
      const value = recordValue(header, new Uint8Array(VALUE_BYTES).fill(7));
      for (let at = node.pnn; at < records / databases; at += cluster.nodes.length) {
        file.tdb.store(new TextEncoder().encode(`record ${at}`), value);
      }
      file.close();
    }
  }
  await sample(cluster);
}
