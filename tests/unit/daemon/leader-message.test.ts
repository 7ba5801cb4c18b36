import assert from "node:assert/strict";
import { decode, messages, Srvid } from "../../../lib/wire/mod.ts";
import { Client } from "../../sim/support/client.ts";
import { Scenario } from "../../sim/support/scenario.ts";

/** Every leader that a new client of node 1 hears in `duration_ms` of simulated time. */
async function heardBy(scenario: Scenario, srvid: bigint, duration_ms: number) {
  const { cluster } = scenario;
  const client = Client.connect(cluster.machines[1]!, "asker")!;
  const heard: { at: "before the answer" | "after it"; srvid: bigint; leader: number }[] = [];
  let answered = false;
  client.onMessage = (from, data) =>
    heard.push({
      at: answered ? "after it" : "before the answer",
      srvid: from,
      leader: decode(messages.LEADER, data),
    });
  void client.control(1, "REGISTER_SRVID", srvid).then(() => answered = true);
  await cluster.run(duration_ms);
  assert.ok(answered);
  client.process.kill();
  return heard;
}

Deno.test("a client that registers for the leader is told who leads, after the answer", async () => {
  const scenario = new Scenario(1, { nodes: 3, clusterLock: false });
  await scenario.start();
  const { cluster } = scenario;
  const { leader } = cluster.machines[0]!.daemon!.node.leadership;
  // A leader's own broadcasts are a second apart: they cannot serve all of these.
  for (let i = 0; i < 4; i++) {
    const heard = await heardBy(scenario, Srvid.LEADER, 100);
    assert.deepEqual(heard[0], { at: "after it", srvid: Srvid.LEADER, leader });
    await cluster.run(100);
  }
});

Deno.test("other registrations are answered by nothing but the answer", async () => {
  const scenario = new Scenario(2, { nodes: 3, clusterLock: false });
  await scenario.start();
  assert.deepEqual(await heardBy(scenario, Srvid.ELECTION + 0x1234n, 50), []);
});

Deno.test("while nobody is known to lead, nothing is said", async () => {
  const scenario = new Scenario(3, { nodes: 3, clusterLock: false });
  // Alone, a node listens for a leader for a while before it calls an election.
  scenario.cluster.machines[1]!.start();
  await scenario.cluster.run(500);
  assert.deepEqual(await heardBy(scenario, Srvid.LEADER, 100), []);
});
