import assert from "node:assert/strict";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { UNKNOWN_PNN } from "../../lib/wire/mod.ts";

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`stopping the last node that can lead returns, and nobody is said to lead, ${how}`, async () => {
    await using cluster = await Cluster.start({ nodes: [ours, ours, ours], clusterLock });
    const [first, second, last] = cluster.nodes;
    for (const node of [first!, second!]) {
      await cluster.until("the role is off", async () => {
        return (await node.ctdb(["setleaderrole", "off"])).exit === 0;
      });
    }
    await cluster.until("node 2 leads", async () => await cluster.leader(first) === 2);
    const { exit, stdout, stderr } = await last!.ctdb(["-t", "2", "stop"]);
    assert.equal(exit, 0, stderr);
    assert.match(stdout + stderr, /No active node can lead/);
    for (const node of cluster.nodes) {
      await cluster.until(`node ${node.pnn} knows of no leader`, async () => {
        const status = JSON.parse((await node.ctdb(["status", "-j"])).stdout || "{}");
        const text = (await node.ctdb(["status"])).stdout;
        return status.leader === null || status.leader === UNKNOWN_PNN ||
          /Leader:UNKNOWN/.test(text);
      });
    }
  });
}
