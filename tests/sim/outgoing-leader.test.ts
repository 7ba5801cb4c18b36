/** A leader that is stopped, banned or loses its role runs no recovery any more (next.md 9.1). */
import assert from "node:assert/strict";
import { TdbError } from "../../lib/tdb/mod.ts";
import { INACTIVE_FLAGS } from "../../lib/wire/mod.ts";
import type { Machine } from "./support/machine.ts";
import { Scenario } from "./support/scenario.ts";

type Way = "stopped" | "banned" | "without its role";

/** Node numbers that own records of this node's copies of volatile databases. */
function ownersOf(machine: Machine): Set<number> {
  const owners = new Set<number>();
  for (const db of machine.daemon!.node.records.databases) {
    if (!db.volatile) continue;
    db.tdb.traverseRead((_key, value) => {
      if (value.length > 24) {
        owners.add(new DataView(value.buffer, value.byteOffset).getUint32(8, true));
      }
    });
  }
  return owners;
}

async function outgoing(seed: number, way: Way, after_ms: number): Promise<void> {
  const scenario = new Scenario(seed, {
    nodes: 3,
    clusterLock: seed % 2 === 0,
    publicAddresses: 0,
  });
  await scenario.start();
  scenario.startClients();
  const { cluster } = scenario;
  await cluster.run(1000);
  const { machines } = cluster;
  const leader = machines.find(({ daemon }) => daemon!.node.leadership.isLeader)!;
  const other = machines.find((machine) => machine !== leader)!;
  const { pnn } = leader;
  for (const machine of machines) machine.happened.length = 0;
  // A node in recovery mode is what makes the leader recover; then it has to go, at any moment.
  other.daemon!.process.run(() => {
    other.daemon!.node.client.controlNoReply(other.pnn, "SET_RECMODE", 1);
  });
  await cluster.run(after_ms);
  let gone = false;
  leader.daemon!.process.run(() => {
    const { client } = leader.daemon!.node;
    if (way === "stopped") client.controlNoReply(pnn, "STOP_NODE", undefined);
    else if (way === "banned") client.controlNoReply(pnn, "SET_BAN_STATE", { pnn, time_s: 60 });
    else client.controlNoReply(pnn, "SET_RECMASTERROLE", 0);
  });
  await cluster.waitFor("the leader is on its way out", 5000, () => {
    gone ||= !leader.daemon!.node.leadership.canBeLeader;
    return gone ? undefined : "it can lead still";
  });
  leader.happened.length = 0;
  await cluster.waitFor("another leads and has recovered", 30_000, () => {
    const recovered = machines.some((machine) =>
      machine !== leader && machine.happened.some(({ kind }) => kind === "recovery-finished")
    );
    return recovered ? undefined : "not yet";
  });
  const kinds = leader.happened.map(({ kind }) => kind);
  assert.ok(!kinds.includes("recovery-started"), `${way} after ${after_ms} ms: it recovers`);
  assert.ok(!kinds.includes("recovery-finished"), `${way} after ${after_ms} ms: it has recovered`);
  const inactive = (leader.daemon!.node.state.nodes.ownFlags & INACTIVE_FLAGS) !== 0;
  if (inactive) {
    let owners = new Set<number>();
    await cluster.waitFor("nobody holds a chain", 5000, () => {
      try {
        owners = ownersOf(other);
        return undefined;
      } catch (error) {
        if (!(error instanceof TdbError && error.code === "LOCK")) throw error;
        return "a client does";
      }
    });
    assert.ok(owners.size > 0 && !owners.has(pnn), `${way} after ${after_ms} ms: it owns records`);
  }
}

for (const way of ["stopped", "banned", "without its role"] as const) {
  Deno.test(`a leader that is ${way} runs no recovery any more`, async () => {
    for (const [i, after_ms] of [0, 1, 3, 7, 15, 40, 120, 400].entries()) {
      await outgoing(100 + i, way, after_ms);
    }
  });
}
