/** The library on a live cluster: records that move, transactions that meet, and the examples. */
import assert from "node:assert/strict";
import {
  AttachError,
  type Cluster,
  connect,
  DatabaseError,
  type VolatileDatabase,
} from "../../../mod.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";
import { debian, debianAvailable, IsolatedCluster, ours } from "../../../testing/mod.ts";
import { runCommand } from "../../../testing/process/command.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

const chosen = Deno.env.get("CTDB_TEST_DAEMON");
const kinds = { c: debian, ours };

for (const [name, kind] of Object.entries(kinds)) {
  const available = IsolatedCluster.available() && (kind === ours || debianAvailable);
  Deno.test({
    name: `the library on a live cluster of daemons: ${name}`,
    ignore: !available || (chosen !== undefined && chosen !== name),
    fn: async (t) => {
      await using live = await IsolatedCluster.start(kind);
      await t.step("knows the nodes, the leader and itself", () => looksAround(live));
      await t.step("two nodes count in one record, and no step is lost", () => counts(live));
      await t.step("a deleted record is empty", () => deletes(live));
      await t.step("transactions of one process wait for each other", () => transacts(live));
      await t.step("transactions under Samba's lock do, too", () => transactsAsSamba(live));
      await t.step("a transaction that throws changes nothing", () => rollsBack(live));
      await t.step("an abort ends the waiting for a record", () => aborts(live));
      await t.step("a walk sees the records of all nodes", () => walks(live));
      await t.step("a lock has one holder in the cluster, and passes on", () => locks(live));
      await t.step("addresses and their connections", () => addresses(live));
      await t.step("refusals say what was refused", () => refuses(live));
      await t.step("the examples of the documentation run", () => runsExamples(live));
      await t.step("the programs of docs/library.md run", () => runsPrograms(live));
    },
  });
}

function connectTo(live: IsolatedCluster, node: number): Promise<Cluster> {
  return connect({ socket: socketOf(live, node) });
}

function socketOf(live: IsolatedCluster, node: number): string {
  return live.cluster.node(node).socket;
}

async function looksAround(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 1);
  assert.equal(cluster.pnn, 1);
  assert.equal(await cluster.leader({ signal: AbortSignal.timeout(20_000) }), 0);
  assert.deepEqual(
    (await cluster.nodes()).map(({ pnn, address, state, active }) => ({
      pnn,
      address,
      state,
      active,
    })),
    [0, 1, 2].map((pnn) => ({
      pnn,
      address: `127.0.0.${pnn + 1}`,
      state: "OK",
      active: true,
    })),
  );
}

async function counts(live: IsolatedCluster): Promise<void> {
  const steps = 15;
  const count = async (node: number) => {
    await using cluster = await connectTo(live, node);
    const database = await cluster.openDatabase("count.tdb");
    for (let i = 0; i < steps; i++) await addOne(database);
  };
  await Promise.all([count(0), count(2)]);
  await using cluster = await connectTo(live, 1);
  const database = await cluster.openDatabase("count.tdb");
  using record = await database.fetchLocked(bytes("count"));
  assert.equal(text(record.value!), String(2 * steps));
  assert.equal(record.header.dmaster, 1);
}

async function addOne(database: VolatileDatabase): Promise<void> {
  using record = await database.fetchLocked(bytes("count"));
  record.store(bytes(String(Number(text(record.value ?? bytes("0"))) + 1)));
}

async function deletes(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  const database = await cluster.openDatabase("count.tdb");
  {
    using record = await database.fetchLocked(bytes("gone"));
    record.store(bytes("soon"));
    record.delete();
  }
  using record = await database.fetchLocked(bytes("gone"));
  assert.equal(record.value, undefined);
}

async function transacts(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  const database = await cluster.openDatabase("settings.tdb", { kind: "persistent" });
  const add = () =>
    database.transaction((transaction) => {
      const before = Number(text(transaction.fetch(bytes("n")) ?? bytes("0")));
      transaction.store(bytes("n"), bytes(String(before + 1)));
      return before;
    });
  const before = await Promise.all([add(), add(), add(), add()]);
  assert.deepEqual(before.toSorted(), [0, 1, 2, 3]);
  assert.equal(text(database.fetch(bytes("n"))!), "4");
  assert.equal(await cluster.control(0, "GET_DB_SEQNUM", database.id), 4n);
  await using other = await connectTo(live, 2);
  const copy = await other.openDatabase("settings.tdb", { kind: "persistent" });
  assert.equal(text(copy.fetch(bytes("n"))!), "4");
}

async function transactsAsSamba(live: IsolatedCluster): Promise<void> {
  const add = async (node: number) => {
    await using cluster = await connectTo(live, node);
    // Another database, whose lock has never been written in the other format.
    const database = await cluster.openDatabase("samba.tdb", { kind: "persistent" });
    await database.transaction((transaction) => {
      const before = Number(text(transaction.fetch(bytes("n")) ?? bytes("0")));
      transaction.store(bytes("n"), bytes(String(before + 1)));
    }, { lock: "samba" });
  };
  await Promise.all([add(0), add(1), add(2)]);
  await using cluster = await connectTo(live, 1);
  const database = await cluster.openDatabase("samba.tdb", { kind: "persistent" });
  assert.equal(text(database.fetch(bytes("n"))!), "3");
}

async function rollsBack(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  const database = await cluster.openDatabase("settings.tdb", { kind: "persistent" });
  const failing = database.transaction((transaction) => {
    transaction.store(bytes("n"), bytes("wrong"));
    throw new Error("changed my mind");
  });
  await assert.rejects(failing, /changed my mind/);
  assert.equal(text(database.fetch(bytes("n"))!), "4");
  // The lock has been given up, or this would wait for ever.
  await database.transaction((transaction) => transaction.delete(bytes("n")));
  assert.equal(database.fetch(bytes("n")), undefined);
}

async function aborts(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  const database = await cluster.openDatabase("count.tdb");
  using _held = await database.fetchLocked(bytes("count"));
  await using other = await connectTo(live, 0);
  const same = await other.openDatabase("count.tdb");
  const signal = AbortSignal.timeout(50);
  await assert.rejects(same.fetchLocked(bytes("count"), { signal }), { name: "TimeoutError" });
}

async function walks(live: IsolatedCluster): Promise<void> {
  for (const node of [0, 1, 2]) {
    await using cluster = await connectTo(live, node);
    const database = await cluster.openDatabase("walk.tdb");
    using record = await database.fetchLocked(bytes(`of ${node}`));
    record.store(bytes(`value ${node}`));
  }
  await using cluster = await connectTo(live, 0);
  const database = await cluster.openDatabase("walk.tdb");
  const found = await Array.fromAsync(
    database.traverse(),
    ({ key, value, header }) => `${text(key)}: ${text(value)} at ${header.dmaster}`,
  );
  assert.deepEqual(found.sort(), [0, 1, 2].map((node) => `of ${node}: value ${node} at ${node}`));
}

async function locks(live: IsolatedCluster): Promise<void> {
  await using one = await connectTo(live, 0);
  await using two = await connectTo(live, 1);
  let held: string | undefined;
  const critical = async (cluster: Cluster, who: string) => {
    await using lock = await cluster.lock("library test");
    assert.equal(held, undefined);
    held = who;
    await cluster.nodes();
    assert.equal(held, who);
    held = undefined;
    assert.equal(lock.signal.aborted, false);
  };
  const rounds = [1, 2, 3].flatMap(() => [critical(one, "one"), critical(two, "two")]);
  await Promise.all(rounds);
  // The lock of who leaves without a word is taken over.
  const third = await connectTo(live, 2);
  const lock = await third.lock("library test");
  await third.close();
  assert.equal(lock.signal.aborted, true);
  await critical(one, "one");
}

async function addresses(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  const found = await cluster.publicAddresses();
  assert.equal(found.length, 4);
  const mine = found.find(({ pnn }) => pnn === 0)!;
  const tickle = {
    source: { address: "192.168.100.99", port: 50_000 },
    destination: { address: mine.address, port: 445 },
  };
  await cluster.addTickle(tickle);
  assert.deepEqual(await cluster.tickles(mine.address), [tickle]);
  await cluster.removeTickle(tickle);
  assert.deepEqual(await cluster.tickles(mine.address), []);
}

async function refuses(live: IsolatedCluster): Promise<void> {
  await using cluster = await connectTo(live, 0);
  await assert.rejects(
    cluster.openDatabase("count.tdb", { kind: "persistent" }),
    (error) => error instanceof AttachError && error.step === "id" && error.status === -1,
  );
  const database = await cluster.openDatabase("count.tdb");
  await assert.rejects(database.fetchLocked(new Uint8Array()), DatabaseError);
  database.close();
  await assert.rejects(database.fetchLocked(bytes("count")), /closed/);
}

/** Runs each example as a program of its own, with the socket of the cluster put in. */
async function runsExamples(live: IsolatedCluster): Promise<void> {
  const sources = ["README.md", "mod.ts", "mod_testing.ts", "lib/client/cluster.ts"];
  const paths = sources.map((file) => `../../../${file}`);
  const examples = (await Promise.all(paths.map(examplesOf))).flat();
  assert.ok(examples.length >= 8, `examples found: ${examples.length}`);
  for (const example of examples) {
    const program = await write(live, example);
    const { exit, stderr } = await runCommand([Deno.execPath(), ...program]);
    assert.equal(exit, 0, `${example}\n${stderr}`);
  }
}

/** The lock, the settings and the tests print what they say; the watcher calls its hook. */
async function runsPrograms(live: IsolatedCluster): Promise<void> {
  const [lock, settings, watcher, test, liveTest] = await examplesOf("../../../docs/library.md");
  const printed = async (source: string | undefined) => {
    const { stdout, stderr } = await runCommand([Deno.execPath(), ...await write(live, source!)]);
    return stdout + stderr;
  };
  assert.equal(await printed(lock), "node 0 reports on users\nnode 0 reports on shares\n");
  assert.equal(await printed(settings), "dark 25 undefined\n");
  assert.equal(await printed(test), "OK UNHEALTHY OK\n");
  assert.equal(await printed(liveTest), "OK OK DISCONNECTED|UNHEALTHY|INACTIVE\n");
  const called = Promise.withResolvers<string>();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      called.resolve(await request.text());
      return new Response();
    },
  );
  const args = [...await write(live, watcher!), `http://127.0.0.1:${server.addr.port}/`];
  await using _program = new RunningProgram([Deno.execPath(), ...args]);
  assert.equal(await called.promise, "node 0: OK, node 1: OK, node 2: OK");
}

let written = 0;

/** Writes a program of the documentation, with the socket put in; the arguments that run it. */
async function write(live: IsolatedCluster, example: string): Promise<string[]> {
  const socket = JSON.stringify(socketOf(live, 0));
  const url = (face: string) => JSON.stringify(new URL(`../../../${face}`, import.meta.url).href);
  const ready = example
    .replace(
      /import \{ connect(.*?) \} from "(?:ctdb-deno|\.\/mod\.ts)";/,
      (_, more: string) =>
        `import { connect as connectTo${more} } from ${url("mod.ts")};\n` +
        `const connect = (options = {}) => connectTo({ socket: ${socket}, ...options });`,
    )
    .replace('"ctdb-deno/testing"', url("mod_testing.ts"))
    .replace('"/run/ctdb/ctdbd.socket"', socket);
  assert.notEqual(ready, example);
  const path = `${live.cluster.directory}/example-${written++}.ts`;
  await Deno.writeTextFile(path, ready);
  return ["run", "--quiet", "--no-check", "-A", path];
}

/** The examples in the comments of a file. */
async function examplesOf(path: string): Promise<string[]> {
  const source = await Deno.readTextFile(new URL(path, import.meta.url));
  const blocks = [...source.matchAll(/```ts\n([^]*?)```/g)];
  return blocks.map(([, block]) => block!.replace(/^ *\* ?/gm, ""));
}
