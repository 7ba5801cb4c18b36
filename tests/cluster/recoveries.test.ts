import assert from "node:assert/strict";
import { attachDatabase } from "../../lib/client/mod.ts";
import { Cluster, type ClusterNode } from "../../testing/cluster/cluster.ts";
import { effort, longMakeups } from "./support/makeups.ts";
import { workload } from "./support/workload-command.ts";

/** A soak with `CTDB_SOAK=20` is the 200,000 records and 20 recoveries of the acceptance list. */
const RECORDS = 10_000 * effort;
const ROUNDS = Math.min(20, 3 * effort);

async function countRecords(node: ClusterNode): Promise<number> {
  using database = await attachDatabase(await node.client(), "volatile.tdb");
  let count = 0;
  for await (const { key, value } of database.traverse()) {
    assert.equal(new TextDecoder().decode(value), `value of ${new TextDecoder().decode(key)}`);
    count++;
  }
  return count;
}

for (const { name, nodes, ignore } of longMakeups) {
  Deno.test({
    name: `${name}: ${RECORDS} volatile records survive nodes that leave and join`,
    ignore,
    fn: async () => {
      await using cluster = await Cluster.start({ nodes, tunables: { RerecoveryTimeout: 1 } });
      const keeper = cluster.node(1);
      const command = {
        kind: "fill",
        database: "volatile.tdb",
        records: RECORDS,
        prefix: "r",
      } as const;
      await workload({ ...command, socket: keeper.socket });
      for (let round = 0; round < ROUNDS; round++) {
        const leaver = cluster.node(round % 2 === 0 ? 0 : 2);
        await leaver.kill();
        await cluster.untilHealthy(cluster.nodes.filter((node) => node !== leaver));
        assert.equal(await countRecords(keeper), RECORDS);
        leaver.start();
        await cluster.untilHealthy();
        assert.equal(await countRecords(leaver), RECORDS);
      }
    },
  });
}
