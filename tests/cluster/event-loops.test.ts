/** The same core on its own loop and on Deno's. */
import assert from "node:assert/strict";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { workload } from "./support/workload-command.ts";
import { attachDatabase } from "../../lib/client/mod.ts";

const TIMES = 10;

for (const transport of ["deno", "native"]) {
  Deno.test(`[cluster] transport = ${transport}: the daemon says so, and counts right`, async () => {
    await using cluster = await Cluster.start({
      nodes: [ours, ours, ours],
      conf: { cluster: { transport } },
    });
    const line = /The core runs on Deno's event loop: \[cluster\] transport = deno/;
    for (const node of cluster.nodes) assert.equal(line.test(node.log()), transport === "deno");
    await Promise.all(
      cluster.nodes.map(({ socket }) =>
        workload({
          socket,
          kind: "count",
          database: "loops.tdb",
          keys: ["hot"],
          clients: 5,
          times: TIMES,
        })
      ),
    );
    assert.equal(await hotValue(cluster), 3 * 5 * TIMES);
    // A member that dies is seen on either loop.
    await cluster.node(2).kill();
    await cluster.untilHealthy(cluster.nodes.slice(0, 2));
  });
}

/** What all have counted to. The record is given back before anything else happens. */
async function hotValue(cluster: Cluster): Promise<number> {
  using attached = await attachDatabase(await cluster.node(1).client(), "loops.tdb");
  assert.ok("fetchLocked" in attached);
  using record = await attached.fetchLocked(new TextEncoder().encode("hot"));
  return Number(new TextDecoder().decode(record.value));
}
