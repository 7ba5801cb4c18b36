import { attachDatabase } from "../../lib/client/mod.ts";
import { repeat } from "./record-load.ts";
import type { RateScenario } from "./scenario.ts";

const KEY = new TextEncoder().encode("counter");

/** Transactions of one client that change one record on the disks of all nodes. */
export const transactions: RateScenario = {
  kind: "rate",
  name: "persistent transactions",
  unit: "commit",
  async start(cluster) {
    const connection = await cluster.nodes[0]!.connect();
    const kind = "persistent" as const;
    const database = await attachDatabase(connection, "bench_persistent.tdb", { kind });
    return repeat(
      [{ connection, database }],
      ({ database }, round) =>
        database.transaction((transaction) => {
          const value = new Uint8Array(8);
          // Differs from what any earlier load left there: a transaction without a change is free.
          new DataView(value.buffer).setFloat64(0, Date.now() + round / 1e6);
          transaction.store(KEY, value);
        }),
    );
  },
};
