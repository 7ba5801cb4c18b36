import assert from "node:assert/strict";
import { controls, decodePacket, NodeFlag, Operation, RunState } from "../../lib/wire/mod.ts";
import type { Machine } from "./support/machine.ts";
import { Scenario } from "./support/scenario.ts";

const MONITOR_MS = 2000;

function isHealthy({ daemon }: Machine): boolean {
  return daemon !== undefined && daemon.node.state.nodes.ownFlags === 0;
}

Deno.test("monitor events of an administrator and of the node leave each other time to end", async () => {
  const scenario = new Scenario(71, { nodes: 2, clusterLock: false, publicAddresses: 1 });
  await scenario.start();
  const { cluster } = scenario;
  const [machine] = cluster.machines as [Machine];
  machine.monitor_ms = MONITOR_MS;
  const { events, process, node } = machine.daemon!;
  const results: number[] = [];
  const again = () =>
    process.run(() =>
      events.start({ event: "monitor", timeout_s: 20 }, (result) => {
        results.push(result);
        process.setTimer(500, again);
      })
    );
  again();
  await cluster.run(60_000);
  const succeeded = results.filter((result) => result === 0).length;
  assert.ok(results.length >= 20, `runs: ${results.length}`);
  assert.ok(succeeded >= results.length - 1, `succeeded: ${succeeded} of ${results.length}`);
  // The node's own monitoring has results, too.
  machine.unhealthy = true;
  await cluster.waitFor("the node sees that it is unhealthy", 20_000, () => {
    return (node.state.nodes.ownFlags & NodeFlag.UNHEALTHY) === 0 ? "healthy" : undefined;
  });
});

Deno.test("a monitor event that is pushed aside begins again when that has ended", async () => {
  const scenario = new Scenario(72, { nodes: 2, clusterLock: false, publicAddresses: 1 });
  await scenario.start();
  const { cluster } = scenario;
  const [machine] = cluster.machines as [Machine];
  machine.monitor_ms = MONITOR_MS;
  machine.unhealthy = true;
  const { events, process } = machine.daemon!;
  await cluster.run(1000);
  machine.linkChanged(cluster.publicAddresses[0]!.interfaces[0]!);
  await cluster.run(1500);
  // In the middle of the node's monitor event.
  let ended_ms = 0;
  process.run(() =>
    events.start(
      { event: "ipreallocated", timeout_s: 20 },
      () => void (ended_ms = cluster.time.now()),
    )
  );
  await cluster.waitFor("the other event", 1000, () => ended_ms === 0 ? "runs" : undefined);
  await cluster.waitFor("its result", MONITOR_MS + 100, () => {
    return isHealthy(machine) ? "healthy" : undefined;
  });
});

/** Takeover runs that any node has begun, by their last message to each member. */
function countRuns({ cluster }: Scenario): { runs: number } {
  const counted = { runs: 0 };
  const { opcode } = controls.START_IPREALLOCATE;
  let last_ms = -Infinity;
  cluster.network.onFrame = (_from, _to, frame) => {
    const packet = decodePacket(frame);
    if (packet.operation !== Operation.REQ_CONTROL || packet.opcode !== opcode) return;
    const now_ms = cluster.time.now();
    if (now_ms > last_ms + 1) counted.runs++;
    last_ms = now_ms;
  };
  return counted;
}

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`nodes that become healthy together make one takeover run, ${how}`, async () => {
    const scenario = new Scenario(73, { nodes: 3, clusterLock, publicAddresses: 3 });
    const { cluster } = scenario;
    // A busy machine: monitor scripts that take longer, and none as long as the other.
    cluster.machines.forEach((machine, i) => void (machine.monitor_ms = 1000 + 400 * i));
    for (const machine of cluster.machines) machine.start();
    await cluster.waitFor("all run", 30_000, () => {
      return cluster.machines.every(({ daemon }) =>
          daemon?.node.state.runstate === RunState.RUNNING
        )
        ? undefined
        : "not yet";
    });
    const counted = countRuns(scenario);
    const running_ms = cluster.time.now();
    await cluster.waitFor("healthy", 30_000, () => cluster.whyNotHealthy());
    assert.ok(
      cluster.time.now() - running_ms < 4000,
      `after ${cluster.time.now() - running_ms} ms`,
    );
    await cluster.run(3000);
    assert.equal(counted.runs, 1, "takeover runs that moved something");
  });
}

Deno.test("a node that stays unhealthy keeps the others waiting for a moment only", async () => {
  const scenario = new Scenario(74, { nodes: 3, clusterLock: false, publicAddresses: 3 });
  const { cluster } = scenario;
  cluster.machines[2]!.unhealthy = true;
  for (const machine of cluster.machines) machine.start();
  const others = cluster.machines.slice(0, 2);
  await cluster.waitFor("two are healthy", 30_000, () => {
    return others.every(isHealthy) ? undefined : "not yet";
  });
  await cluster.waitFor("their addresses", 4000, () => {
    const held = others.reduce((sum, { addresses }) => sum + addresses.size, 0);
    return held === 3 ? undefined : `${held} of 3`;
  });
});

Deno.test("a node that becomes unhealthy is not waited for", async () => {
  const scenario = new Scenario(75, { nodes: 3, clusterLock: false, publicAddresses: 3 });
  await scenario.start();
  const { cluster } = scenario;
  await cluster.run(20_000);
  const victim = cluster.machines.find(({ addresses }) => addresses.size > 0)!;
  victim.unhealthy = true;
  victim.linkChanged(cluster.publicAddresses[0]!.interfaces[0]!);
  await cluster.waitFor("it is unhealthy", 5000, () => isHealthy(victim) ? "no" : undefined);
  await cluster.waitFor("its addresses are elsewhere", 1000, () => {
    return victim.addresses.size === 0 ? undefined : `${victim.addresses.size} are here`;
  });
});
