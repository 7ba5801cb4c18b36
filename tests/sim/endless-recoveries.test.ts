import assert from "node:assert/strict";
import { DbFlag, NodeFlag, RecoveryMode } from "../../lib/wire/mod.ts";
import { Client } from "./support/client.ts";
import { ClientDatabase } from "./support/client-database.ts";
import type { Machine } from "./support/machine.ts";
import { databaseOf } from "./support/record-watch.ts";
import { Scenario } from "./support/scenario.ts";

function stateOf({ daemon }: Machine) {
  return daemon!.node.state;
}

function leaderOf({ cluster }: Scenario): Machine {
  return cluster.machines[cluster.machines[0]!.daemon!.node.leadership.leader]!;
}

async function attached(scenario: Scenario, machine: Machine, name: string, persistent: boolean) {
  const { cluster } = scenario;
  const client = Client.connect(machine, "opener")!;
  const control = persistent ? "DB_ATTACH_PERSISTENT" : "DB_ATTACH";
  let done = false;
  ClientDatabase.attach(client, name, control).then(() => done = true);
  await cluster.waitFor(`${name} on node ${machine.pnn}`, 5000, () => done ? undefined : "not yet");
}

/** Counts generations: recoveries that came as far as to the vnn map. */
function countRecoveries({ cluster }: Scenario): Set<number> {
  const seen = new Set<number>();
  const before = cluster.time.afterStep;
  cluster.time.afterStep = () => {
    before();
    for (const machine of cluster.machines) {
      if (machine.daemon !== undefined) seen.add(stateOf(machine).generation);
    }
  };
  return seen;
}

/** Every line that is logged from now on. */
function keepLog({ cluster }: Scenario): string[] {
  const lines: string[] = [];
  const { trace } = cluster;
  const add = trace.add.bind(trace);
  trace.add = (entry) => {
    if (typeof entry === "string") lines.push(entry);
    add(entry);
  };
  return lines;
}

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`without an lmaster there is one recovery, not one after the other, ${how}`, async () => {
    const scenario = new Scenario(81, { nodes: 3, clusterLock, publicAddresses: 0 });
    await scenario.start();
    const { cluster } = scenario;
    const seen = countRecoveries(scenario);
    for (const machine of cluster.machines) {
      const client = Client.connect(machine, "administrator")!;
      void client.control(machine.pnn, "SET_LMASTERROLE", 0);
    }
    await cluster.run(30_000);
    const settled = seen.size;
    await cluster.run(120_000);
    assert.equal(seen.size, settled, "recoveries in two minutes");
    const leader = leaderOf(scenario);
    assert.deepEqual(stateOf(leader).vnnmap, [leader.pnn]);
    assert.equal(cluster.whyNotHealthy(), undefined);
  });
}

Deno.test("a node whose disk is full is banned, and the others go on", async () => {
  const scenario = new Scenario(82, {
    nodes: 3,
    clusterLock: false,
    publicAddresses: 0,
    tunables: { RecoveryBanPeriod: 300, RerecoveryTimeout: 2 },
  });
  await scenario.start();
  const { cluster } = scenario;
  const leader = leaderOf(scenario);
  const [full, other] = cluster.machines.filter((machine) => machine !== leader) as [
    Machine,
    Machine,
  ];
  await attached(scenario, other, "registry.tdb", true);
  await cluster.run(3000);
  full.daemon!.storage.faults.diskFull = true;
  const log = keepLog(scenario);
  const client = Client.connect(other, "administrator")!;
  void client.control(other.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  await cluster.waitFor("the ban", 10_000, () => {
    return (stateOf(full).nodes.ownFlags & NodeFlag.BANNED) === 0 ? "not banned" : undefined;
  });
  await cluster.waitFor("the others work", 10_000, () => {
    const working = [leader, other].every((machine) =>
      stateOf(machine).recoveryMode === RecoveryMode.NORMAL &&
      !stateOf(machine).vnnmap.includes(full.pnn)
    );
    return working ? undefined : "in recovery";
  });
  assert.equal(stateOf(leader).nodes.ownFlags | stateOf(other).nodes.ownFlags, 0);
  const named = new RegExp(
    `Recover database registry.tdb .*to node ${full.pnn}: status -1: TDB store`,
  );
  assert.ok(log.some((line) => named.test(line)), "the culprit is not named");
  // Clients of the others are not held up.
  await attached(scenario, other, "another.tdb", true);
});

Deno.test("where every node fails nobody is banned for it", async () => {
  const scenario = new Scenario(83, { nodes: 3, clusterLock: false, publicAddresses: 0 });
  await scenario.start();
  const { cluster } = scenario;
  const leader = leaderOf(scenario);
  await attached(scenario, leader, "registry.tdb", true);
  await cluster.run(3000);
  for (const { daemon } of cluster.machines) daemon!.storage.faults.diskFull = true;
  const client = Client.connect(leader, "administrator")!;
  void client.control(leader.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  await cluster.run(20_000);
  for (const machine of cluster.machines) {
    assert.equal(stateOf(machine).nodes.ownFlags & NodeFlag.BANNED, 0, `node ${machine.pnn}`);
  }
  for (const { daemon } of cluster.machines) daemon!.storage.faults.diskFull = false;
  await cluster.waitFor("healthy again", 20_000, () => cluster.whyNotHealthy());
});

Deno.test("a node that brings a database of another kind is named, banned, and stops nobody", async () => {
  const name = "mixed.tdb";
  const scenario = new Scenario(84, {
    nodes: 3,
    clusterLock: false,
    publicAddresses: 0,
    tunables: { RecoveryBanPeriod: 300, RerecoveryTimeout: 2 },
  });
  const { cluster } = scenario;
  const [first, second, odd] = cluster.machines as [Machine, Machine, Machine];
  first.start();
  second.start();
  const working = (machine: Machine) =>
    stateOf(machine).recoveryMode === RecoveryMode.NORMAL && stateOf(machine).generation > 1 &&
    stateOf(machine).nodes.ownFlags === 0;
  const bothWork = () => [first, second].every(working) ? undefined : "not yet";
  await cluster.waitFor("two nodes", 60_000, bothWork);
  await attached(scenario, first, name, false);
  await attached(scenario, second, name, false);
  // The third has it as a persistent database, from other days.
  const { tdb: { flags } } = databaseOf(first, name)!;
  odd.disk.open(`/persistent/${name}.${odd.pnn}`, { flags }).close();
  const log = keepLog(scenario);
  odd.start();
  await cluster.waitFor("the odd one's ban", 30_000, () => {
    return odd.daemon !== undefined && (stateOf(odd).nodes.ownFlags & NodeFlag.BANNED) !== 0
      ? undefined
      : "not banned";
  });
  await cluster.waitFor("the others go on", 10_000, bothWork);
  assert.equal(databaseOf(first, name)!.flags & DbFlag.PERSISTENT, 0);
  const named = /mixed\.tdb \(0x[0-9a-f]{8}\) is volatile on nodes 0, 1 and persistent on node 2/;
  assert.ok(log.some((line) => named.test(line)), "the culprit is not named");
});
