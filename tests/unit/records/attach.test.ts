import assert from "node:assert/strict";
import {
  ControlFlag,
  controls,
  databaseId,
  DbFlag,
  NodeFlag,
  RecoveryMode,
  RunState,
} from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, FakeNode, FatalError } from "./support/fake-node.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

function single(): FakeNode {
  return new FakeCluster(new VirtualClock(), 1).node(0);
}

/** The same machine after its daemon has been stopped. */
function restarted(node: FakeNode): FakeNode {
  node.records.shutdown();
  return new FakeNode(new FakeCluster(new VirtualClock(), 0), node.pnn, node.storage.disk);
}

Deno.test("an attach reaches all nodes, and says so once for each of them", () => {
  const made = new FakeCluster(new VirtualClock(), 3);
  const node = made.node(0);
  const client = node.connect();
  const id = node.ask("DB_ATTACH", "vol.tdb", { clientId: client.id });
  assert.equal(id, databaseId("vol.tdb"));
  for (const one of made.nodes) assert.equal(one.ask("GET_DBNAME", id!), "vol.tdb");
  assert.equal(made.controls.length, 9);
  assert.deepEqual(new Set(made.controls.map(({ opcode }) => opcode)), new Set([18]));
  node.ask("DB_ATTACH", "vol.tdb", { clientId: client.id });
  assert.equal(made.controls.length, 9);
});

Deno.test("paths, open flags and the map of databases, newest first", () => {
  const node = single();
  node.ask("DB_ATTACH", "v.tdb");
  node.ask("DB_ATTACH_PERSISTENT", "p.tdb");
  node.ask("DB_ATTACH_REPLICATED", "r.tdb");
  const [v, p, r] = ["v.tdb", "p.tdb", "r.tdb"].map(databaseId) as [number, number, number];
  assert.equal(node.ask("GETDBPATH", v), "/volatile/v.tdb.0");
  assert.equal(node.ask("GETDBPATH", p), "/persistent/p.tdb.0");
  assert.equal(node.ask("GETDBPATH", r), "/volatile/r.tdb.0");
  assert.equal(node.ask("DB_OPEN_FLAGS", v), 0x1c41);
  assert.equal(node.ask("DB_OPEN_FLAGS", p), 0x400);
  assert.equal(node.ask("DB_OPEN_FLAGS", r), 0xc41);
  node.ask("SET_DB_STICKY", v);
  node.ask("SET_DB_READONLY", v);
  node.ask("SET_DB_READONLY", v);
  assert.equal(node.control("SET_DB_STICKY", p).status, -1);
  assert.equal(node.control("SET_DB_READONLY", r).status, -1);
  assert.deepEqual(node.ask("GET_DBMAP", undefined), [
    { dbId: r, flags: DbFlag.REPLICATED },
    { dbId: p, flags: DbFlag.PERSISTENT },
    { dbId: v, flags: DbFlag.READONLY | DbFlag.STICKY },
  ]);
  assert.equal(node.control("GETDBPATH", 1).status, -1);
});

Deno.test("a database keeps its kind: volatile of a persistent one is fine, not the reverse", () => {
  const node = single();
  node.ask("DB_ATTACH", "v.tdb");
  node.ask("DB_ATTACH_PERSISTENT", "p.tdb");
  assert.equal(node.control("DB_ATTACH_PERSISTENT", "v.tdb").status, -1);
  assert.equal(node.control("DB_ATTACH", "p.tdb").status, 0);
});

Deno.test("names that are no file names are refused", () => {
  const node = single();
  for (const name of ["", "../escape.tdb", "a/b.tdb", "x".repeat(300)]) {
    assert.equal(node.control("DB_ATTACH", name).status, -1, name);
  }
  node.tunables.set("AllowClientDBAttach", 0);
  assert.equal(node.control("DB_ATTACH", "v.tdb").status, -1);
});

Deno.test("a client's attach waits for the end of a recovery, those of daemons do not", () => {
  const node = single();
  const client = node.connect();
  node.recoveryMode = RecoveryMode.ACTIVE;
  const deferred = node.control("DB_ATTACH", "v.tdb", { clientId: client.id });
  assert.ok(deferred.open);
  node.ask("DB_ATTACH", "other.tdb");
  const flags = ControlFlag.ATTACH_RECOVERY;
  node.ask("DB_ATTACH", "recovery.tdb", { clientId: client.id, flags });
  node.recoveryMode = RecoveryMode.NORMAL;
  node.records.recoveryModeChanged(RecoveryMode.NORMAL);
  node.cluster.run(999);
  assert.ok(deferred.open);
  node.cluster.run(1);
  assert.equal(deferred.status, 0);
  const late = node.control("DB_ATTACH", "late.tdb", { clientId: client.id, flags });
  assert.equal(late.status, -1, "no recovery");
});

Deno.test("a deferred attach times out, or ends with its client", () => {
  const node = single();
  node.runstate = RunState.FIRST_RECOVERY;
  const client = node.connect();
  const first = node.control("DB_ATTACH", "v.tdb", { clientId: client.id });
  node.cluster.run(119_999);
  assert.ok(first.open);
  node.cluster.run(1);
  assert.equal(first.status, -1);
  const second = node.control("DB_ATTACH", "v.tdb", { clientId: client.id });
  node.disconnect(client);
  assert.equal(second.status, -1);
  assert.equal(node.cluster.clock.pending, 0);
  node.cluster.setFlags(0, NodeFlag.STOPPED);
  const other = node.connect();
  assert.equal(node.control("DB_ATTACH", "v.tdb", { clientId: other.id }).status, -1);
});

Deno.test("persistent databases come back at the start; volatile ones start empty", () => {
  const before = single();
  before.ask("DB_ATTACH", "v.tdb");
  before.ask("DB_ATTACH_PERSISTENT", "p.tdb");
  before.put("v.tdb", "k", { rsn: 1n }, "gone");
  before.put("p.tdb", "k", { rsn: 1n }, "kept");
  before.storage.disk.open("/persistent/other.tdb.1").close();
  before.storage.disk.open("/persistent/backup.0").close();
  const node = restarted(before);
  node.records.attachPersistentAtStart();
  assert.deepEqual(node.records.databases.map(({ name }) => name), ["p.tdb"]);
  assert.equal(node.record("p.tdb", "k")?.data, "kept");
  node.ask("DB_ATTACH", "v.tdb");
  assert.equal(node.record("v.tdb", "k"), undefined);
});

Deno.test("a volatile file that another process still uses ends the daemon", () => {
  const before = single();
  before.ask("DB_ATTACH", "v.tdb");
  before.put("v.tdb", "k", { rsn: 1n }, "left over");
  before.openAs("smbd", "v.tdb");
  const node = restarted(before);
  assert.throws(() => node.control("DB_ATTACH", "v.tdb"), FatalError);
});

Deno.test("detach: forwarded for a client, done for a daemon, refused otherwise", () => {
  const made = new FakeCluster(new VirtualClock(), 2);
  made.attach("v.tdb", "DB_ATTACH");
  made.attach("p.tdb", "DB_ATTACH_PERSISTENT");
  const node = made.node(0);
  const client = node.connect();
  const id = databaseId("v.tdb");
  assert.equal(node.control("DB_DETACH", id, { clientId: client.id }).status, -1);
  for (const one of made.nodes) one.tunables.set("AllowClientDBAttach", 2);
  assert.equal(node.control("DB_DETACH", databaseId("p.tdb")).status, -1);
  assert.equal(node.control("DB_DETACH", id, { clientId: 99 }).status, -1);
  node.call(client, "v.tdb", "some key");
  const other = made.node(1);
  const smbd = other.openAs("smbd", "v.tdb");
  smbd.lockAll();
  other.call(other.connect(), "v.tdb", "waits");
  made.run(100);
  node.ask("DB_DETACH", id, { clientId: client.id });
  for (const one of made.nodes) {
    assert.deepEqual(one.records.databases.map(({ name }) => name), ["p.tdb"]);
    assert.equal(one.control("GETDBPATH", id).status, -1);
  }
  made.run(60_000);
  assert.equal(made.clock.pending, 0);
});

Deno.test("health: an unhealthy database is reported, and refused to clients until it is healthy", () => {
  const before = single();
  before.ask("DB_ATTACH_PERSISTENT", "p.tdb");
  const id = databaseId("p.tdb");
  assert.equal(before.ask("DB_GET_HEALTH", id), null);
  const health = before.storage.disk.open("/state/persistent_health.tdb.0");
  health.store(bytes("p.tdb"), bytes("corrupt"));
  assert.equal(before.ask("DB_GET_HEALTH", id), "corrupt");
  const update = before.control("UPDATE_RECORD", { dbId: id, records: [] });
  assert.equal(update.status, -1);
  assert.deepEqual(before.records.unhealthyDatabases(), ["p.tdb (corrupt)"]);

  const node = restarted(before);
  node.records.attachPersistentAtStart();
  assert.deepEqual(node.records.unhealthyDatabases(), ["p.tdb (corrupt)"]);
  const client = node.connect();
  const attach = () => node.control("DB_ATTACH_PERSISTENT", "p.tdb", { clientId: client.id });
  assert.equal(attach().status, -1);
  assert.equal(node.control("DB_ATTACH_PERSISTENT", "p.tdb").status, 0, "another node");
  node.ask("DB_SET_HEALTHY", id);
  assert.equal(attach().status, 0);
  health.close();
});

Deno.test("setting a database healthy during the startup forces a recovery, once", () => {
  const node = single();
  node.ask("DB_ATTACH_PERSISTENT", "p.tdb");
  const id = databaseId("p.tdb");
  const health = node.storage.disk.open("/state/persistent_health.tdb.0");
  health.store(bytes("p.tdb"), bytes("bad"));
  node.ask("DB_GET_HEALTH", id);
  node.runstate = RunState.STARTUP;
  node.ask("DB_SET_HEALTHY", id);
  assert.equal(node.recoveries.length, 1);
  assert.equal(health.exists(bytes("p.tdb")), false);
  node.ask("DB_SET_HEALTHY", id);
  assert.equal(node.recoveries.length, 1);
  assert.deepEqual(node.records.unhealthyDatabases(), []);
});

Deno.test("changes are told to the other nodes when somebody watches the change counter", () => {
  const made = new FakeCluster(new VirtualClock(), 2);
  made.attach("v.tdb", "DB_ATTACH");
  const [node, other] = made.nodes as [FakeNode, FakeNode];
  const id = databaseId("v.tdb");
  for (const one of made.nodes) {
    one.ask("ENABLE_SEQNUM", id);
    one.ask("ENABLE_SEQNUM", id);
  }
  made.controls.length = 0;
  const before = other.database("v.tdb").tdb.seqnum();
  node.put("v.tdb", "k", { rsn: 1n }, "x");
  made.run(1000);
  const updates = made.controls.filter(({ opcode }) => opcode === controls.UPDATE_SEQNUM.opcode);
  assert.deepEqual(updates.map(({ from, to }) => [from, to]), [[0, 0], [0, 1]]);
  assert.equal(other.database("v.tdb").tdb.seqnum(), before + 1);
  made.run(10_000);
  assert.equal(made.controls.length, 2, "not told back");
});

Deno.test("the statistics of a database, and their reset", () => {
  const node = single();
  node.ask("DB_ATTACH", "v.tdb");
  const id = databaseId("v.tdb");
  const smbd = node.openAs("smbd", "v.tdb");
  smbd.chainLock(bytes("k"));
  node.call(node.connect(), "v.tdb", "k");
  node.cluster.run(50);
  smbd.chainUnlock(bytes("k"));
  node.cluster.run(50);
  const statistics = node.ask("GET_DB_STATISTICS", id)!;
  assert.equal(statistics.locks.numCalls, 1);
  assert.equal(statistics.locks.numCurrent, 0);
  assert.equal(statistics.hotKeys.length, 10);
  node.records.resetStatistics();
  assert.equal(node.ask("GET_DB_STATISTICS", id)!.locks.numCalls, 0);
});
