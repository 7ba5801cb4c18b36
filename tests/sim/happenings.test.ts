/** What the nodes tell administrators when something happens to them. */
import assert from "node:assert/strict";
import type { Happening, HappeningKind } from "../../lib/base/mod.ts";
import { NodeFlag } from "../../lib/wire/mod.ts";
import type { Machine } from "./support/machine.ts";
import { Scenario } from "./support/scenario.ts";

/** What happened of one kind, in order. */
function told<K extends HappeningKind>(machine: Machine, kind: K) {
  return machine.happened.filter((one): one is Extract<Happening, { kind: K }> =>
    one.kind === kind
  );
}

const heldBy = ({ daemon }: Machine) =>
  daemon!.node.addresses.status().filter((one) => one.interface !== undefined).length;

/** Three healthy nodes, each with an address; what happened until then is forgotten. */
async function settled(seed: number, clusterLock: boolean): Promise<Scenario> {
  const scenario = new Scenario(seed, { nodes: 3, clusterLock, publicAddresses: 3 });
  await scenario.start();
  const { machines } = scenario.cluster;
  await scenario.cluster.waitFor("each node hosts an address", 30_000, () => {
    return machines.every((machine) => told(machine, "address-taken").length > 0)
      ? undefined
      : machines.map(heldBy).join();
  });
  // What started with the addresses comes to an end.
  await scenario.cluster.run(5000);
  return scenario;
}

Deno.test("a death is told: the link, the recovery with its steps, the addresses", async () => {
  const scenario = await settled(11, true);
  const { cluster } = scenario;
  const machines = cluster.machines;
  for (const machine of machines) {
    assert.equal(told(machine, "daemon-running").length, 1);
    assert.notEqual(told(machine, "leader-changed").at(-1)!.leader, null);
  }
  const leader = machines.find(({ daemon }) => daemon!.node.leadership.isLeader)!;
  const victim = machines.find((machine) => machine !== leader)!;
  const third = machines.find((machine) => machine !== leader && machine !== victim)!;
  const held = heldBy(victim);
  for (const machine of machines) machine.happened.length = 0;
  victim.kill();
  await cluster.waitFor("addresses and databases are as they shall be", 30_000, () => {
    const taken = told(leader, "address-taken").length + told(third, "address-taken").length;
    const moved = told(leader, "takeover-finished").length;
    const recovered = told(leader, "recovery-finished").length;
    return taken >= held && moved > 0 && recovered > 0 ? undefined : `${taken} taken`;
  });
  for (const machine of [leader, third]) {
    assert.deepEqual(told(machine, "link-down").map(({ peer }) => peer), [victim.pnn]);
    const modes = told(machine, "recovery-mode").map(({ active }) => active);
    assert.deepEqual(modes, [true, false]);
    const flags = told(machine, "flags-changed").find(({ of }) => of === victim.pnn)!;
    assert.equal(flags.before & NodeFlag.DISCONNECTED, 0);
    assert.notEqual(flags.after & NodeFlag.DISCONNECTED, 0);
  }
  const [finished] = told(leader, "recovery-finished");
  assert.ok(finished !== undefined);
  const [started] = told(leader, "recovery-started");
  assert.deepEqual(
    { reason: started!.reason, generation: started!.generation },
    { reason: finished.reason, generation: finished.generation },
  );
  assert.equal(finished.cause, "members", "somebody has gone");
  assert.deepEqual(
    finished.steps.map(({ step }) => step),
    ["ask nodes", "startrecovery event", "databases", "recovered event"],
  );
  assert.deepEqual(told(third, "recovery-started"), [], "only the leader recovers");
  const moves = told(leader, "takeover-finished").flatMap(({ moves }) => moves);
  assert.ok(moves.length >= held && moves.every(({ to }) => to !== null && to !== victim.pnn));
  machines[victim.pnn]!.start();
  await scenario.finish();
});

Deno.test("who asks a node to change is told, and what becomes of it", async () => {
  const scenario = await settled(12, false);
  const { cluster } = scenario;
  const [asking, asked] = cluster.machines as [Machine, Machine];
  const { client } = asking.daemon!.node;
  for (const machine of cluster.machines) machine.happened.length = 0;
  asking.daemon!.process.run(() => client.controlNoReply(asked.pnn, "DISABLE_NODE", undefined));
  await cluster.waitFor("it is disabled", 5000, () => {
    return told(asked, "flags-changed").length > 0 ? undefined : "not yet";
  });
  assert.deepEqual(told(asked, "change-requested"), [
    { kind: "change-requested", change: "disable", from: asking.pnn, client: 0 },
  ]);
  const [flags] = told(asked, "flags-changed");
  assert.deepEqual(flags, {
    kind: "flags-changed",
    of: asked.pnn,
    before: 0,
    after: NodeFlag.PERMANENTLY_DISABLED,
  });
  asking.daemon!.process.run(() => client.controlNoReply(asked.pnn, "ENABLE_NODE", undefined));
  await scenario.finish();
});
