import assert from "node:assert/strict";
import { NodeFlag } from "../../../lib/wire/mod.ts";
import { Client } from "../../sim/support/client.ts";
import type { Machine } from "../../sim/support/machine.ts";
import { Scenario } from "../../sim/support/scenario.ts";

/** In simulated time nothing is late because a machine is busy: these limits are exact. */
const LEADER_TIMEOUT_MS = 5000;

function leaderOf({ cluster }: Scenario): Machine {
  const { leader } = cluster.machines[0]!.daemon!.node.leadership;
  return cluster.machines[leader]!;
}

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`a leader that is stopped is replaced before anybody misses it, ${how}`, async () => {
    const scenario = new Scenario(11, { nodes: 3, clusterLock });
    await scenario.start();
    const { cluster } = scenario;
    const old = leaderOf(scenario);
    const client = Client.connect(old, "administrator")!;
    void client.control(old.pnn, "STOP_NODE", undefined);
    const others = cluster.machines.filter((machine) => machine !== old);
    await cluster.waitFor("another leader", LEADER_TIMEOUT_MS - 1000, () => {
      const leaders = new Set(others.map(({ daemon }) => daemon!.node.leadership.leader));
      const [leader] = leaders;
      return leaders.size === 1 && others.some(({ pnn }) => pnn === leader)
        ? undefined
        : `leaders: ${[...leaders]}`;
    });
    client.process.kill();
  });
}

Deno.test("addresses of a dead node move while recoveries are disabled", async () => {
  const scenario = new Scenario(12, {
    nodes: 3,
    clusterLock: false,
    publicAddresses: 3,
    tunables: { RerecoveryTimeout: 120 },
  });
  await scenario.start();
  const { cluster } = scenario;
  const holders = () => cluster.machines.filter(({ addresses }) => addresses.size > 0);
  await cluster.waitFor("addresses are spread", 20_000, () => {
    return holders().length === 3 ? undefined : `holders: ${holders().length}`;
  });
  // No run is under way that would fail with the node and be tried again.
  await cluster.run(3000);
  const leader = leaderOf(scenario);
  const dead = cluster.machines.find((machine) => machine !== leader)!;
  const lost = [...dead.addresses];
  assert.ok(lost.length > 0);
  dead.kill();
  dead.addresses.clear();
  const others = cluster.machines.filter((machine) => machine !== dead);
  await cluster.waitFor("its addresses are elsewhere", 5000, () => {
    const missing = lost.filter((a) => !others.some(({ addresses }) => addresses.has(a)));
    return missing.length === 0 ? undefined : `nowhere: ${missing}`;
  });
});

Deno.test("a link that is lost makes the node unhealthy at once", async () => {
  const scenario = new Scenario(13, { nodes: 2, clusterLock: false, publicAddresses: 1 });
  await scenario.start();
  const { cluster } = scenario;
  // By now the pauses between monitor events have grown to MonitorInterval.
  await cluster.run(60_000);
  const machine = cluster.machines[0]!;
  const isHealthy = () => (machine.daemon!.node.state.nodes.ownFlags & NodeFlag.UNHEALTHY) === 0;
  const [{ interfaces }] = cluster.publicAddresses as [typeof cluster.publicAddresses[number]];
  for (const unhealthy of [true, false]) {
    machine.unhealthy = unhealthy;
    machine.linkChanged("other");
    machine.linkChanged(interfaces[0]!);
    await cluster.waitFor(`healthy: ${!unhealthy}`, 1500, () => {
      return isHealthy() === unhealthy ? `healthy: ${isHealthy()}` : undefined;
    });
  }
});

Deno.test("a node that falls silent is dead after the limit, not an interval later", async () => {
  const tunables = { KeepaliveInterval: 5, KeepaliveLimit: 5 };
  const scenario = new Scenario(14, { nodes: 2, clusterLock: false, tunables });
  await scenario.start();
  const { cluster } = scenario;
  const isDead = () => !cluster.machines[0]!.daemon!.node.state.nodes.isConnected(1);
  const interval_ms = tunables.KeepaliveInterval * 1000;
  const limit_ms = tunables.KeepaliveLimit * interval_ms;
  // The leader asks once a second; so the last frame is younger than that.
  for (const line of [cluster.network.line(0, 1), cluster.network.line(1, 0)]) line.cut();
  await cluster.run(limit_ms - 2 * interval_ms / 5 - 100);
  assert.ok(!isDead());
  await cluster.run(3 * interval_ms / 5 + 200);
  assert.ok(isDead());
});

Deno.test("a leader that falls silent is replaced as soon as it counts as dead", async () => {
  const tunables = { KeepaliveInterval: 5, KeepaliveLimit: 5 };
  const scenario = new Scenario(15, { nodes: 3, clusterLock: false, tunables });
  await scenario.start();
  const { cluster } = scenario;
  const old = leaderOf(scenario);
  const others = cluster.machines.filter((machine) => machine !== old);
  for (const { pnn } of others) {
    cluster.network.line(pnn, old.pnn).cut();
    cluster.network.line(old.pnn, pnn).cut();
  }
  const stateOf = ({ daemon }: Machine) => daemon!.node.state;
  await cluster.waitFor("it counts as dead", 30_000, () => {
    const seen = others.some((other) => stateOf(other).nodes.isConnected(old.pnn));
    return seen ? "somebody still counts it as connected" : undefined;
  });
  await cluster.waitFor("a recovery without it", 3000, () => {
    const whole = others.every((other) => !stateOf(other).vnnmap.includes(old.pnn));
    return whole ? undefined : "it is in the vnn map";
  });
});
