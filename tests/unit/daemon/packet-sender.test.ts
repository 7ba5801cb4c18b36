import assert from "node:assert/strict";
import { encodePacket, Operation, Srvid } from "../../../lib/wire/mod.ts";
import { Scenario } from "../../sim/support/scenario.ts";

/** A frame of `operation` whose header says that it comes from `srcnode`. */
function forged(operation: "keepalive" | "message", srcnode: number): Uint8Array {
  const header = { generation: 0, destnode: 0, srcnode, reqid: 0 };
  return operation === "keepalive"
    ? encodePacket({
      operation: Operation.REQ_KEEPALIVE,
      ...header,
      version: 0x0004_0013,
      uptime_s: 5,
    })
    : encodePacket({
      operation: Operation.REQ_MESSAGE,
      ...header,
      srvid: Srvid.LEADER,
      data: new Uint8Array([srcnode, 0, 0, 0]),
    });
}

Deno.test("what a header says of its sender makes no peers, and is not believed", async () => {
  const scenario = new Scenario(21, { nodes: 2, clusterLock: false, publicAddresses: 0 });
  await scenario.start();
  const { cluster } = scenario;
  const { node } = cluster.machines[0]!.daemon!;
  const { leader } = node.leadership;
  const line = cluster.network.line(1, 0);
  const transport = cluster.network.listener(1)!;
  for (let srcnode = 5; srcnode < 2000; srcnode++) {
    transport.forward(0, forged(srcnode % 2 === 0 ? "keepalive" : "message", srcnode));
  }
  assert.ok(!line.isCut);
  await cluster.run(100);
  assert.equal(node.keepalive.version(6), undefined);
  assert.ok(node.keepalive.size <= 2, `peers: ${node.keepalive.size}`);
  assert.equal(node.leadership.leader, leader);
  assert.equal(cluster.whyNotHealthy(), undefined);
});
