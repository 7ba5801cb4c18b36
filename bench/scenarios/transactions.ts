import { attachDatabase } from "../../lib/client/mod.ts";
import { repeat } from "./record-load.ts";
import type { RateScenario } from "./scenario.ts";

const DATABASE = "bench_persistent.tdb";
const KEY = new TextEncoder().encode("counter");

/** Transactions of one client that change one record on the disks of all nodes. */
export const transactions: RateScenario = transactionsOf("persistent transactions", 1);

/** The same of a client on each node at once, all on the same record. */
export const transactionsOfAll: RateScenario = transactionsOf(
  "persistent transactions of all nodes at once",
  Infinity,
);

function transactionsOf(name: string, nodes: number): RateScenario {
  return {
    kind: "rate",
    name,
    unit: "commit",
    async start(cluster) {
      const kind = "persistent" as const;
      const clients = await Promise.all(
        cluster.nodes.slice(0, nodes).map(async (node) => {
          const connection = await node.connect();
          return { connection, database: await attachDatabase(connection, DATABASE, { kind }) };
        }),
      );
      return repeat(
        clients,
        ({ database }, round) =>
          database.transaction((transaction) => {
            const value = new Uint8Array(8);
            // Differs from what is there: a transaction without a change is free.
            new DataView(value.buffer).setFloat64(0, Date.now() + round / 1e6 + Math.random());
            transaction.store(KEY, value);
          }),
      );
    },
  };
}
