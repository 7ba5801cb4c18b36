import assert from "node:assert/strict";
import { RECORD_HEADER_SIZE, recordValue } from "../../lib/wire/mod.ts";
import { Client } from "./support/client.ts";
import { ClientDatabase } from "./support/client-database.ts";
import { SimulationFailure } from "./support/cluster.ts";
import { databaseOf } from "./support/record-watch.ts";
import { Scenario } from "./support/scenario.ts";

// A watch that sees nothing finds nothing. Here something is broken on purpose, for each of them.

const KEY = new TextEncoder().encode("watched");
const NAME = "watched.tdb";

/** A healthy cluster of three with a volatile record that node 0 owns. */
async function prepared(): Promise<Scenario> {
  const scenario = new Scenario(1, { nodes: 3, clusterLock: true });
  await scenario.start();
  const { cluster } = scenario;
  let done = false;
  const client = Client.connect(cluster.machines[0]!, "first")!;
  (async () => {
    const db = await ClientDatabase.attach(client, NAME);
    const record = await db.fetchLocked(KEY);
    record.store(new TextEncoder().encode("written"));
    record.unlock();
    done = true;
  })();
  await cluster.waitFor("the first write", 5000, () => done ? undefined : "not yet");
  return scenario;
}

/** Writes a record behind everybody's back. */
function forge({ cluster }: Scenario, pnn: number, rsn: bigint, text: string): void {
  const machine = cluster.machines[pnn]!;
  const tdb = machine.disk.open(databaseOf(machine, NAME)!.path, {
    flags: databaseOf(machine, NAME)!.tdb.flags,
  });
  tdb.store(KEY, recordValue({ rsn, dmaster: pnn, flags: 0 }, new TextEncoder().encode(text)));
  tdb.close();
}

async function expectFailure(scenario: Scenario, duration_ms: number, pattern: RegExp) {
  await assert.rejects(
    scenario.cluster.run(duration_ms),
    (error) => error instanceof SimulationFailure && pattern.test(error.message),
  );
}

Deno.test("two data masters are seen", async () => {
  const scenario = await prepared();
  forge(scenario, 1, 100n, "written");
  await expectFailure(scenario, 1000, /both are data master/);
});

Deno.test("a falling sequence number is seen", async () => {
  const scenario = await prepared();
  forge(scenario, 0, 1n, "written");
  await expectFailure(scenario, 1000, /rsn falls/);
});

Deno.test("data that nobody wrote is seen", async () => {
  const scenario = await prepared();
  forge(scenario, 0, 100n, "forged");
  const client = Client.connect(scenario.cluster.machines[0]!, "reader")!;
  (async () => {
    const db = await ClientDatabase.attach(client, NAME);
    (await db.fetchLocked(KEY)).unlock();
  })();
  await expectFailure(scenario, 5000, /found what nobody wrote/);
});

Deno.test("a recovery that keeps an old copy is seen", async () => {
  const scenario = await prepared();
  const { cluster } = scenario;
  // On its way from node 1 the record with the highest sequence number gets a low one.
  const { network } = cluster;
  forge(scenario, 0, 50n, "written");
  network.onFrame = (from, _to, frame) => {
    const at = from === 0 ? find(frame, new TextEncoder().encode("watched")) : -1;
    if (at < 0) return;
    new DataView(frame.buffer, frame.byteOffset).setBigUint64(at + KEY.length, 1n, true);
  };
  cluster.machines[2]!.kill();
  await expectFailure(scenario, 20_000, /recovery of watched.tdb/);
});

Deno.test("a lost acknowledged transaction is seen", async () => {
  const scenario = await prepared();
  scenario.cluster.watch.transactions.acknowledged("registry.tdb", "count-0", 5n);
  const client = Client.connect(scenario.cluster.machines[0]!, "opener")!;
  await settled(scenario, ClientDatabase.attach(client, "registry.tdb", "DB_ATTACH_PERSISTENT"));
  scenario.cluster.watch.transactions.checkAll("registry.tdb");
  await expectFailure(scenario, 1, /count-0 is 0, acknowledged was 5/);
});

Deno.test("a call that is never answered is seen", async () => {
  const scenario = await prepared();
  const { cluster } = scenario;
  const client = Client.connect(cluster.machines[0]!, "waiter")!;
  cluster.calls.begin(client.process, "something");
  await cluster.run(10);
  assert.match(cluster.calls.olderThan(cluster.time.now()) ?? "", /waits since .* something/);
  client.process.kill();
  assert.equal(cluster.calls.olderThan(cluster.time.now()), undefined);
});

/** Lets time pass until a client's promise has settled. */
async function settled(scenario: Scenario, promise: Promise<unknown>): Promise<void> {
  let done = false;
  promise.then(() => done = true);
  await scenario.cluster.waitFor("the client", 5000, () => done ? undefined : "not yet");
}

/** Where a marshalled record with this key has its key. */
function find(frame: Uint8Array, key: Uint8Array): number {
  for (let i = RECORD_HEADER_SIZE; i + key.length + RECORD_HEADER_SIZE <= frame.length; i++) {
    if (key.every((byte, j) => frame[i + j] === byte)) return i;
  }
  return -1;
}
