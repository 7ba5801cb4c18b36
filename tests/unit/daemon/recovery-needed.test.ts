import assert from "node:assert/strict";
import { RecoveryMode } from "../../../lib/wire/mod.ts";
import { Client } from "../../sim/support/client.ts";
import { Scenario } from "../../sim/support/scenario.ts";

Deno.test("the leader is told of a node in recovery, however seldom it looks", async () => {
  const scenario = new Scenario(4, { nodes: 3, clusterLock: false });
  await scenario.start();
  const { cluster } = scenario;
  await cluster.run(30_000); // until recoveries are allowed again
  const { leadership } = cluster.machines[0]!.daemon!.node;
  const hour = { name: "RecoverInterval", value: 3600 } as const;
  const leader = Client.connect(cluster.machines[leadership.leader]!, "setter")!;
  void leader.control(leadership.leader, "SET_TUNABLE", hour);
  // The pause that runs already is of the old length.
  await cluster.run(5000);
  const other = (leadership.leader + 1) % 3;
  const before = cluster.machines[other]!.daemon!.node.state.generation;
  const client = Client.connect(cluster.machines[other]!, "asker")!;
  void client.control(other, "SET_RECMODE", RecoveryMode.ACTIVE);
  await cluster.waitFor("a recovery", 10_000, () => {
    const { state } = cluster.machines[other]!.daemon!.node;
    if (state.generation === before) return "the same generation";
    return state.recoveryMode === RecoveryMode.NORMAL ? undefined : "in recovery";
  });
  assert.notEqual(cluster.machines[leadership.leader]!.daemon!.node.state.generation, before);
});
