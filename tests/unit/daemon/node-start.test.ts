import assert from "node:assert/strict";
import { RunState } from "../../../lib/wire/mod.ts";
import { Client } from "../../sim/support/client.ts";
import { Scenario } from "../../sim/support/scenario.ts";

/** Starts one of two machines and shuts it down after `delay_ms`, with time to do wrong after that. */
async function shutDownAfter(delay_ms: number) {
  const scenario = new Scenario(31, { nodes: 2, clusterLock: false, publicAddresses: 1 });
  const { cluster } = scenario;
  const machine = cluster.machines[0]!;
  machine.exit_ms = 5000;
  machine.start();
  const { node } = machine.daemon!;
  await cluster.run(delay_ms);
  const before = node.state.runstate;
  machine.shutdown();
  await cluster.run(4000);
  assert.ok(machine.daemon !== undefined, "it had no time to do anything");
  const client = Client.connect(machine, "late");
  const answered = { runstate: undefined as number | undefined };
  client?.control(0, "GET_RUNSTATE", undefined).then((state) => void (answered.runstate = state));
  await cluster.run(500);
  return { before, after: node.state.runstate, answered: answered.runstate };
}

for (const delay_ms of [0, 1, 5, 20, 45, 100, 1000]) {
  Deno.test(`a shutdown ${delay_ms} ms after the start is the last that the node does`, async () => {
    const { before, after, answered } = await shutDownAfter(delay_ms);
    if (delay_ms === 1) assert.equal(before, RunState.INIT);
    if (delay_ms === 1000) assert.equal(before, RunState.FIRST_RECOVERY);
    assert.equal(after, RunState.SHUTDOWN);
    assert.equal(answered, undefined);
  });
}
