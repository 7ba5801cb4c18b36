import assert from "node:assert/strict";
import { TdbError } from "../../../lib/tdb/mod.ts";
import {
  decode,
  INVALID_GENERATION,
  NodeFlag,
  type RecordBuffer,
  recordBuffer,
  RecordBufferWriter,
  RecordFlag,
  recordValue,
  RecoveryMode,
  SEQNUM_KEY,
} from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { keyOf, route } from "./support/keys.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "vol.tdb";
const PULL = 0xf001000000000001n;
const PUSH = 0xf001000000000002n;
const TID = 777;

type Kind = "DB_ATTACH" | "DB_ATTACH_PERSISTENT" | "DB_ATTACH_REPLICATED";

function cluster(count: number, kind: Kind = "DB_ATTACH"): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  made.attach(DB, kind);
  return made;
}

/** Pulls what `node` has, at node 0, and returns the buffers. */
function pullFrom(made: FakeCluster, node: FakeNode): { count: number; buffers: RecordBuffer[] } {
  const buffers: RecordBuffer[] = [];
  made.node(0).handlers.set(PULL, (data) => buffers.push(decode(recordBuffer, data)));
  const dbId = node.database(DB).id;
  const count = node.ask("DB_PULL", { dbId, lmaster: 0, srvid: PULL }, { srcnode: 0 });
  return { count: count ?? -1, buffers };
}

function pushTo(node: FakeNode, records: Record<string, [bigint, string]>, flags = 0): number {
  const dbId = node.database(DB).id;
  node.ask("DB_PUSH_START", { dbId, lmaster: 0, srvid: PUSH });
  const writer = new RecordBufferWriter(dbId);
  for (const [key, [rsn, data]] of Object.entries(records)) {
    writer.append(bytes(key), recordValue({ rsn, dmaster: 0, flags }, bytes(data)));
  }
  node.handlers.get(PUSH)!(writer.finish());
  return node.ask("DB_PUSH_CONFIRM", dbId)!;
}

/** The whole part of one database in a recovery, up to the commit. */
function recover(node: FakeNode, records: Record<string, [bigint, string]>, flags = 0): void {
  const dbId = node.database(DB).id;
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  node.ask("WIPE_DATABASE", { dbId, tid: TID });
  assert.equal(pushTo(node, records, flags), Object.keys(records).length);
  node.ask("DB_TRANSACTION_COMMIT", { dbId, tid: TID });
}

Deno.test("a whole recovery of a volatile database: rsn grows at the new owner only", () => {
  const made = cluster(2);
  for (const node of made.nodes) {
    node.put(DB, "old", { rsn: 3n, dmaster: 1 }, "gone");
    recover(node, { a: [8n, "A"], b: [9n, "B"] }, RecordFlag.RO_HAVE_DELEGATIONS);
    assert.equal(node.record(DB, "old"), undefined);
    assert.equal(node.record(DB, "b")?.header.flags, 0);
    assert.equal(node.database(DB).generation, TID);
  }
  assert.equal(made.node(0).record(DB, "b")?.header.rsn, 10n);
  assert.equal(made.node(1).record(DB, "b")?.header.rsn, 9n);
  for (const node of made.nodes) node.ask("DB_THAW", node.database(DB).id);
  assert.ok(made.node(1).openAs("smbd", DB).tryLockAll(), "the file is free");
});

Deno.test("until the commit the file holds what it held; a cancel leaves it", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.put(DB, "old", { rsn: 3n }, "kept");
  const dbId = node.database(DB).id;
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  node.ask("WIPE_DATABASE", { dbId, tid: TID });
  pushTo(node, { a: [1n, "x"] });
  assert.equal(node.record(DB, "old")?.data, "kept");
  node.ask("DB_TRANSACTION_CANCEL", dbId);
  node.ask("DB_THAW", dbId);
  assert.equal(node.record(DB, "old")?.data, "kept");
  assert.equal(node.database(DB).generation, 100);
});

Deno.test("controls of a recovery are refused in the wrong state", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  const refused = (name: Parameters<FakeNode["control"]>[0], request: unknown) => {
    const result = node.control(name, request as never);
    made.run(100);
    assert.equal(result.status, -1, name);
  };
  const trans = { dbId, tid: TID };
  const pull = { dbId, lmaster: 0, srvid: PULL };
  refused("DB_TRANSACTION_START", trans);
  refused("DB_PULL", pull);
  refused("DB_PUSH_START", pull);
  node.ask("DB_FREEZE", dbId);
  refused("WIPE_DATABASE", trans);
  refused("DB_TRANSACTION_COMMIT", trans);
  refused("DB_PUSH_CONFIRM", dbId);
  refused("GET_DB_SEQNUM", dbId);
  node.ask("DB_TRANSACTION_START", trans);
  refused("WIPE_DATABASE", { dbId, tid: TID + 1 });
  refused("DB_TRANSACTION_COMMIT", { dbId, tid: TID + 1 });
  refused("DB_FREEZE", 0xdead);
  node.ask("DB_TRANSACTION_COMMIT", trans);
  assert.equal(node.database(DB).generation, TID);
});

Deno.test("a freeze waits for clients; whoever asks meanwhile is answered with it", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const first = node.control("DB_FREEZE", dbId);
  const second = node.control("DB_FREEZE", dbId);
  made.run(100);
  assert.ok(first.open && second.open);
  smbd.chainUnlock(bytes("k"));
  made.run(10);
  assert.equal(first.status, 0);
  assert.equal(second.status, 0);
  assert.equal(smbd.tryChainLock(bytes("k")), false);
  recover(node, { a: [1n, "x"] });
  node.ask("DB_THAW", dbId);
  assert.ok(smbd.tryChainLock(bytes("k")));
  assert.equal(node.count("locks.current"), 0);
});

Deno.test("a thaw answers a freeze that is still pending, and takes its helper back", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const freeze = node.control("DB_FREEZE", dbId);
  made.run(50);
  node.ask("DB_THAW", dbId);
  assert.equal(freeze.status, -1);
  smbd.chainUnlock(bytes("k"));
  made.run(50);
  assert.ok(smbd.tryLockAll());
  assert.equal(node.count("locks.current"), 0);
});

Deno.test("a pull sends all records in buffers of the limit's size, then the count", () => {
  const made = cluster(2);
  const node = made.node(1);
  node.tunables.set("RecBufferSizeLimit", 1000);
  for (let i = 0; i < 100; i++) node.put(DB, `key${i}`, { rsn: 1n }, "data".repeat(5));
  node.ask("DB_FREEZE", node.database(DB).id);
  const { count, buffers } = pullFrom(made, node);
  assert.equal(count, 100);
  const keys = buffers.flatMap(({ records }) => records.map(({ key }) => text(key)));
  assert.equal(new Set(keys).size, 100);
  assert.ok(buffers.length > 5);
});

Deno.test("an inactive node answers 0 records of volatile databases until it is thawed", () => {
  const made = cluster(2);
  const node = made.node(1);
  node.put(DB, "stale", { rsn: 50n }, "outdated");
  node.generation = INVALID_GENERATION;
  node.records.becameInactive();
  made.run(10);
  assert.ok(node.records.allFrozen);
  assert.equal(node.database(DB).generation, INVALID_GENERATION);
  assert.deepEqual(pullFrom(made, node), { count: 0, buffers: [] });
  recover(node, { a: [1n, "new"] });
  node.generation = TID;
  assert.ok(node.records.setRecmodeNormalAllowed());
  node.records.thawAll();
  assert.ok(!node.records.allFrozen);
  node.ask("DB_FREEZE", node.database(DB).id);
  assert.equal(pullFrom(made, node).count, 1);
});

Deno.test("a commit that fails halfway leaves nothing that a pull would believe", () => {
  const made = cluster(1);
  const node = made.node(0);
  const { tdb, id: dbId } = node.database(DB);
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  node.ask("WIPE_DATABASE", { dbId, tid: TID });
  pushTo(node, { a: [1n, "x"], b: [1n, "y"] });
  const { store } = tdb;
  let stores = 0;
  tdb.store = function (...args) {
    if (++stores === 2) throw new TdbError("store", DB, "IO");
    return store.apply(tdb, args);
  };
  const commit = node.control("DB_TRANSACTION_COMMIT", { dbId, tid: TID });
  made.run(10);
  assert.equal(commit.status, -1);
  assert.equal(node.database(DB).generation, 100);
  assert.equal(pullFrom(made, node).count, 0);
  recover(node, { a: [1n, "x"] });
  assert.equal(pullFrom(made, node).count, 1);
});

Deno.test("a bad push is counted short and cannot be committed", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  node.ask("DB_PUSH_START", { dbId, lmaster: 0, srvid: PUSH });
  const writer = new RecordBufferWriter(dbId);
  writer.append(bytes("a"), recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, bytes("x")));
  node.handlers.get(PUSH)!(writer.finish());
  node.handlers.get(PUSH)!(bytes("rubbish"));
  assert.equal(node.ask("DB_PUSH_CONFIRM", dbId), 1);
  assert.equal(node.handlers.size, 0);
  const commit = node.control("DB_TRANSACTION_COMMIT", { dbId, tid: TID });
  assert.equal(commit.status, -1);
});

for (const kind of ["DB_ATTACH_PERSISTENT", "DB_ATTACH_REPLICATED"] as const) {
  Deno.test(`${kind}: the worker replaces the content, and a failure leaves the old one`, () => {
    const made = cluster(1, kind);
    const node = made.node(0);
    const dbId = node.database(DB).id;
    node.put(DB, "old", { rsn: 3n }, "kept");
    for (const fault of ["workerDies", "diskFull"] as const) {
      node.ask("DB_FREEZE", dbId);
      node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
      node.ask("WIPE_DATABASE", { dbId, tid: TID });
      pushTo(node, { a: [7n, "x"] });
      node.storage.faults[fault] = true;
      const commit = node.control("DB_TRANSACTION_COMMIT", { dbId, tid: TID });
      made.run(100);
      assert.equal(commit.status, -1);
      assert.equal(node.record(DB, "old")?.data, "kept");
      node.storage.faults[fault] = false;
    }
    recover(node, { a: [7n, "x"] });
    assert.equal(node.record(DB, "old"), undefined);
    assert.deepEqual(node.record(DB, "a"), {
      header: { rsn: 7n, dmaster: 0, flags: 0 },
      data: "x",
    });
    assert.equal(node.openAs("smbd", DB).tryLockAll(), false, "locked again after the commit");
    node.ask("DB_THAW", dbId);
  });
}

Deno.test("controls wait for a commit that is applied, in order", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  const many = Array.from({ length: 1500 }, (_, i) => [`k${i}`, [1n, "x"]] as const);
  pushTo(node, Object.fromEntries(many) as unknown as Record<string, [bigint, string]>);
  const commit = node.control("DB_TRANSACTION_COMMIT", { dbId, tid: TID });
  const thaw = node.control("DB_THAW", dbId);
  assert.ok(commit.open && thaw.open, "applied slice by slice");
  made.run(0);
  assert.equal(commit.status, 0);
  assert.equal(thaw.status, 0);
  assert.equal(node.record(DB, "k1499")?.data, "x");
});

Deno.test("the sequence number of what is staged counts before that of the file", () => {
  const made = cluster(1, "DB_ATTACH_PERSISTENT");
  const node = made.node(0);
  const dbId = node.database(DB).id;
  const number = (n: number) => text(new Uint8Array([n, 0, 0, 0, 0, 0, 0, 0]));
  node.put(DB, text(SEQNUM_KEY), { rsn: 1n }, number(5));
  assert.equal(node.ask("GET_DB_SEQNUM", dbId), 5n);
  node.ask("DB_FREEZE", dbId);
  node.ask("DB_TRANSACTION_START", { dbId, tid: TID });
  assert.equal(node.ask("GET_DB_SEQNUM", dbId), 5n);
  node.ask("WIPE_DATABASE", { dbId, tid: TID });
  assert.equal(node.ask("GET_DB_SEQNUM", dbId), 0n);
  pushTo(node, { [text(SEQNUM_KEY)]: [2n, number(9)] });
  assert.equal(node.ask("GET_DB_SEQNUM", dbId), 9n);
});

Deno.test("calls that hang are sent again after the thaw, to this node, with a new id", () => {
  const made = cluster(2);
  const node = made.node(0);
  const key = keyOf(1, 2);
  made.setFlags(1, NodeFlag.DISCONNECTED);
  const client = node.connect();
  node.call(client, DB, key);
  made.run(100);
  const old = made.seen.at(-1)!.packet;
  made.setFlags(1, 0);
  made.node(1).put(DB, key, { rsn: 1n, dmaster: 0 }, "data");
  for (const one of made.nodes) {
    recover(one, { [key]: [4n, "data"] });
    one.generation = TID;
  }
  for (const one of made.nodes) one.ask("DB_THAW", one.database(DB).id);
  assert.deepEqual(route(made).slice(1), ["0>0 REQ_CALL", "0>0 REPLY_CALL"]);
  const again = made.seen[1]!.packet;
  assert.notEqual(again.reqid, old.reqid);
  assert.equal(again.generation, TID);
  assert.equal(client.received.length, 1);
  assert.equal(node.count("pendingCalls"), 0);
});

Deno.test("clients' calls sleep while a database is frozen, without helpers, and go on after", () => {
  const made = cluster(1);
  const node = made.node(0);
  const dbId = node.database(DB).id;
  node.ask("DB_FREEZE", dbId);
  const client = node.connect();
  node.call(client, DB, "k");
  made.run(60_000);
  assert.equal(client.received.length, 0);
  assert.equal(node.count("locks.current"), 0);
  recover(node, {});
  node.generation = TID;
  node.ask("DB_THAW", dbId);
  made.run(10);
  assert.equal(client.received.length, 1);
});

Deno.test("NORMAL is refused while a database has another generation than the map", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.generation = TID;
  assert.ok(!node.records.setRecmodeNormalAllowed());
  recover(node, {});
  assert.ok(node.records.setRecmodeNormalAllowed());
});

Deno.test("a freeze whose lock holder dies is over", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const { lockDatabase } = node.storage;
  let lose = (_reason: string) => {};
  node.storage.lockDatabase = (file, events) => {
    lose = (reason) => events.lost(reason);
    return lockDatabase.call(node.storage, file, events);
  };
  const freeze = node.control("DB_FREEZE", node.database(DB).id);
  made.run(10);
  smbd.chainUnlock(bytes("k"));
  made.run(10);
  assert.equal(freeze.status, 0);
  lose("killed");
  assert.equal(node.database(DB).freeze, "none");
  assert.equal(node.recoveryMode, RecoveryMode.NORMAL);
});
