import { attachDatabase } from "../../lib/client/mod.ts";
import { recordValue } from "../../lib/wire/mod.ts";
import { repeat } from "./record-load.ts";
import type { RateScenario } from "./scenario.ts";

const NAME = "bench_update.tdb";
const CLIENTS = 6;

/** Many clients of a node, each of which writes one record of a persistent database again and again. */
export const updateRecord: RateScenario = {
  kind: "rate",
  name: "update_record of a persistent database",
  unit: "update",
  async start(cluster) {
    const node = cluster.node(0);
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, i) => {
        const connection = await node.connect();
        const database = await attachDatabase(connection, NAME, { kind: "persistent" });
        return { connection, database, key: new TextEncoder().encode(`record ${i}`) };
      }),
    );
    let rsn = BigInt(Date.now()) << 20n;
    return repeat(clients, async ({ connection, database, key }, round) => {
      const header = { rsn: ++rsn, dmaster: node.pnn, flags: 0 };
      const data = recordValue(header, new TextEncoder().encode(`round ${round}`));
      const records = [{ reqid: 0, key, data }];
      await connection.control(node.pnn, "UPDATE_RECORD", { dbId: database.id, records });
    });
  },
};
