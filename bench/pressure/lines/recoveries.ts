import { attachFile } from "../../../lib/client/mod.ts";
import { recordValue, RecoveryMode } from "../../../lib/wire/mod.ts";
import type { Cluster } from "../../../testing/cluster/cluster.ts";
import { untilRecovered, vnnGeneration } from "../../scenarios/recovered.ts";
import type { PressureLine } from "../line.ts";

const VALUE_BYTES = 100;
const WATCHED_S = 10;

/** The first recovery that an administrator asks for after a start, of so many empty databases. */
export function firstRecover(databases: number, title: string): PressureLine {
  return {
    title,
    // The C daemon begins it after 8 seconds, ours at once.
    watched_s: WATCHED_S,
    async prepare(cluster) {
      for (let i = 0; i < databases; i++) {
        (await attachFile(await cluster.nodes[0]!.client(), `empty_${i}.tdb`)).file.close();
      }
      return { run: () => recover(cluster), close() {} };
    },
  };
}

/** A recovery of many records, a third of them on each node. */
export const manyRecords: PressureLine = {
  title: "recovery of many records",
  tunables: { RerecoveryTimeout: 1 },
  async prepare(cluster, { records }) {
    for (const node of cluster.nodes) await fill(cluster, node.pnn, records);
    return {
      async run() {
        await recover(cluster);
        return `${records} records`;
      },
      close() {},
    };
  },
};

async function recover(cluster: Cluster): Promise<undefined> {
  const [node] = cluster.nodes;
  const before = await vnnGeneration(node!);
  const client = await node!.client();
  await client.control(node!.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  await untilRecovered(cluster, cluster.nodes, before);
  return undefined;
}

async function fill(cluster: Cluster, pnn: number, records: number): Promise<void> {
  const { file } = await attachFile(await cluster.node(pnn).client(), "many.tdb");
  const value = recordValue({ rsn: 1n, dmaster: pnn, flags: 0 }, new Uint8Array(VALUE_BYTES));
  for (let at = pnn; at < records; at += cluster.nodes.length) {
    file.tdb.store(new TextEncoder().encode(`record ${at}`), value);
  }
  file.close();
}
