import assert from "node:assert/strict";
import { tableKey } from "../../lib/tdb/memory-records.ts";
import { Client } from "./support/client.ts";
import { ClientDatabase } from "./support/client-database.ts";
import { Scenario } from "./support/scenario.ts";
import { runSeed } from "./support/run-seed.ts";
import { Supervisor } from "./support/workload.ts";
import type { Machine } from "./support/machine.ts";

const KEY = new TextEncoder().encode("counter");

/** Counts one up, once. */
async function increment(client: Client, db: ClientDatabase): Promise<void> {
  const record = await db.fetchLocked(KEY);
  await client.sleep(0.1);
  const count = Number(tableKey(record.data) || "0") + 1;
  record.store(new TextEncoder().encode(String(count)));
  record.unlock();
}

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`three nodes start, recover and are healthy, ${how}`, async () => {
    const scenario = new Scenario(1, { nodes: 3, clusterLock, publicAddresses: 3 });
    await scenario.start();
    const { cluster } = scenario;
    // All nodes are there from the beginning, so nothing has to be waited for longer than that.
    assert.ok(cluster.time.now() < 15_000, `healthy after ${cluster.time.now()} ms`);
    assert.equal(cluster.lock.holder !== undefined, clusterLock);
  });

  Deno.test(`increments from all nodes add up, ${how}`, async () => {
    const scenario = new Scenario(2, { nodes: 3, clusterLock });
    await scenario.start();
    const { cluster } = scenario;
    const workers = cluster.machines.map((machine: Machine) =>
      new Supervisor(machine, "worker", async (client) => {
        const db = await ClientDatabase.attach(client, "sum.tdb");
        return () => increment(client, db);
      }, 10)
    );
    await cluster.run(10_000);
    for (const worker of workers) worker.stop();
    await cluster.waitFor(
      "end of the workers",
      5000,
      () => workers.some(({ running }) => running) ? "one runs" : undefined,
    );
    const completed = workers.reduce((sum, worker) => sum + worker.completed, 0);
    assert.ok(completed > 300, `completed: ${completed}`);
    assert.equal(await finalCount(scenario), completed);
  });

  Deno.test(`a node that is killed comes back, ${how}`, async () => {
    const scenario = new Scenario(3, { nodes: 3, clusterLock, publicAddresses: 2 });
    await scenario.start();
    scenario.startClients();
    const { cluster } = scenario;
    await cluster.run(3000);
    cluster.machines[1]!.kill();
    await cluster.waitFor("the others go on without it", 20_000, () => {
      const { vnnmap, recoveryMode } = cluster.machines[0]!.daemon!.node.state;
      return vnnmap.includes(1) || recoveryMode !== 0 ? "node 1 is still in the map" : undefined;
    });
    cluster.machines[1]!.start();
    await scenario.finish();
  });
}

Deno.test("the same seed gives the same run", async () => {
  const [first, second] = [await runSeed(7), await runSeed(7)];
  assert.deepEqual(first, second);
});

async function finalCount({ cluster }: Scenario): Promise<number> {
  let count = -1;
  const reader = new Supervisor(cluster.machines[0]!, "reader", async (client) => {
    const db = await ClientDatabase.attach(client, "sum.tdb");
    return async () => {
      const record = await db.fetchLocked(KEY);
      count = Number(tableKey(record.data));
      record.unlock();
    };
  }, 100);
  await cluster.waitFor("the reader", 5000, () => count < 0 ? "has not read" : undefined);
  reader.stop();
  return count;
}
