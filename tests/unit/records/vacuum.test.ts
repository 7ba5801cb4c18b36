import assert from "node:assert/strict";
import {
  CallFlag,
  type ControlName,
  controls,
  decode,
  type MarshalledRecord,
  NodeFlag,
  Operation,
  recordBuffer,
  RecordFlag,
  type RecordHeader,
  recordValue,
  RecoveryMode,
} from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { keyOf } from "./support/keys.ts";
import { recoverVolatile } from "./support/recovery.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "vol.tdb";
const WITH_DATA = RecordFlag.MIGRATED_WITH_DATA;
const NO_DATA = new Uint8Array(0);

/** Nodes that vacuum every 10 s, as they do by default. */
function cluster(count: number, interval_s = 10): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  for (const node of made.nodes) node.tunables.set("VacuumInterval", interval_s);
  made.attach(DB, "DB_ATTACH");
  made.controls.length = 0;
  made.seen.length = 0;
  return made;
}

/** Deletes a record as smbd does. */
function remove(node: FakeNode, key: string): void {
  const record = node.record(DB, key);
  assert.ok(record);
  node.put(DB, key, record.header, "");
  schedule(node, key, record.header);
}

function schedule(node: FakeNode, key: string, header: RecordHeader): void {
  const dbId = node.database(DB).id;
  node.ask("SCHEDULE_FOR_DELETION", { dbId, header, key: bytes(key) });
}

/** Runs one vacuum now, and gives its status. */
function vacuum(node: FakeNode, full = false): number {
  const dbId = node.database(DB).id;
  const result = node.control("DB_VACUUM", { dbId, fullVacuumRun: full });
  node.cluster.run(200);
  assert.ok(result.answer, "the vacuum has ended");
  return result.answer.status;
}

/** Controls of one kind that went out, as `from>to key key`. */
function sent(made: FakeCluster, name: "TRY_DELETE_RECORDS" | "VACUUM_FETCH"): string[] {
  return made.controls.filter(({ opcode }) => opcode === controls[name].opcode)
    .map(({ from, to, data }) => {
      const keys = decode(recordBuffer, data).records.map(({ key }) => text(key));
      return `${from}>${to} ${keys.join(" ")}`;
    });
}

const latency = (node: FakeNode) => node.database(DB).tally.vacuum.value;

Deno.test("a record that never left its node is deleted there in the next run, in silence", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  made.node(0).put(DB, key, { rsn: 4n }, "data");
  remove(made.node(0), key);
  made.run(9_900 - made.clock.now());
  assert.equal(made.node(0).record(DB, key)?.data, "");
  made.run(200);
  assert.equal(made.node(0).record(DB, key), undefined);
  assert.deepEqual(made.controls, []);
  assert.equal(latency(made.node(0)).num, 1);
});

Deno.test("the life of a deleted record that has copies: to its lmaster, then away everywhere", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  const [lmaster, middle, owner] = [made.node(0), made.node(1), made.node(2)];
  for (const node of [middle, owner]) {
    node.call(node.connect(), DB, key);
    made.run(10);
    node.write(DB, key, "data");
  }
  assert.ok(lmaster.record(DB, key)?.data, "a stale copy with data");
  assert.ok(middle.record(DB, key)?.data, "another one");
  remove(owner, key);
  made.controls.length = 0;
  made.seen.length = 0;

  assert.equal(vacuum(owner), 0);
  assert.deepEqual(sent(made, "VACUUM_FETCH"), [`2>0 ${key}`]);
  assert.equal(owner.record(DB, key)?.header.dmaster, 2, "still the owner");

  assert.equal(vacuum(lmaster), 0);
  const calls = made.seen.map(({ packet }) => packet)
    .filter((packet) => packet.operation === Operation.REQ_CALL);
  const flags = CallFlag.IMMEDIATE_MIGRATION | CallFlag.VACUUM_MIGRATION;
  assert.deepEqual(calls.map((call) => call.flags), [flags]);
  assert.deepEqual(lmaster.record(DB, key)?.header.dmaster, 0);
  assert.equal(lmaster.count("pendingCalls"), 0);
  assert.deepEqual(sent(made, "TRY_DELETE_RECORDS"), [], "not in the same run");

  assert.equal(vacuum(lmaster), 0);
  assert.deepEqual(sent(made, "TRY_DELETE_RECORDS"), [`0>1 ${key}`, `0>2 ${key}`]);
  for (const node of made.nodes) assert.equal(node.record(DB, key), undefined);
});

Deno.test("a record that nobody filled leaves the owner's file when its lmaster pulls it", () => {
  const made = cluster(2);
  const key = keyOf(0, 2);
  made.node(1).call(made.node(1).connect(), DB, key);
  made.run(10);
  assert.equal(vacuum(made.node(1)), 0);
  assert.equal(vacuum(made.node(0)), 0);
  assert.equal(made.node(1).record(DB, key), undefined);
  const header = made.node(0).record(DB, key)?.header;
  assert.deepEqual(header, { rsn: 4n, dmaster: 0, flags: 0 }, "one more than it came with");
  assert.equal(vacuum(made.node(0)), 0);
  assert.equal(made.node(0).record(DB, key), undefined);
  assert.deepEqual(sent(made, "TRY_DELETE_RECORDS"), []);
});

Deno.test("records that are in use again are left alone", () => {
  const made = cluster(2);
  const node = made.node(0);
  const [written, moved, back, copied] = [0, 1, 2, 3].map((nth) => keyOf(0, 2, nth));
  assert.ok(written && moved && back && copied);
  for (const key of [written, moved, back, copied]) {
    node.put(DB, key, { rsn: 5n, flags: WITH_DATA }, "");
    schedule(node, key, { rsn: 5n, dmaster: 0, flags: WITH_DATA });
  }
  node.put(DB, written, { rsn: 5n, flags: WITH_DATA }, "new");
  node.put(DB, moved, { rsn: 5n, dmaster: 1, flags: WITH_DATA }, "");
  node.put(DB, back, { rsn: 9n, flags: WITH_DATA }, "");
  node.put(DB, copied, { rsn: 5n, flags: RecordFlag.RO_HAVE_DELEGATIONS }, "");
  assert.equal(vacuum(node), 0);
  assert.deepEqual(made.controls, []);
  for (const key of [written, moved, back, copied]) assert.ok(node.record(DB, key));
  assert.equal(node.database(DB).deleteQueue.size, 0);
});

Deno.test("a full run finds what no queue knows; by itself every so many runs, not after a kill", () => {
  const made = cluster(2);
  const node = made.node(0);
  node.tunables.set("VacuumFastPathCount", 3);
  node.put(DB, keyOf(0, 2), { rsn: 5n }, "");
  made.run(30_500);
  assert.equal(latency(node).num, 3);
  assert.ok(node.record(DB, keyOf(0, 2)));
  made.run(10_100);
  assert.equal(node.record(DB, keyOf(0, 2)), undefined);
  node.tunables.set("VacuumFastPathCount", 0);
  node.put(DB, keyOf(0, 2), { rsn: 5n }, "");
  made.run(100_000);
  assert.ok(node.record(DB, keyOf(0, 2)), "0 means never");
  assert.equal(vacuum(node, true), 0);
  assert.equal(node.record(DB, keyOf(0, 2)), undefined);
});

Deno.test("a full run asks the lmasters for what it finds, and for each record once", () => {
  const made = cluster(3);
  const node = made.node(0);
  const [own, one, other] = [keyOf(0, 3), keyOf(1, 3), keyOf(2, 3)];
  for (const key of [own, one, other]) node.put(DB, key, { rsn: 5n }, "");
  // In the queue already, and of another owner: no others are asked for.
  schedule(node, one, { rsn: 5n, dmaster: 0, flags: 0 });
  node.put(DB, keyOf(1, 3, 1), { rsn: 5n, dmaster: 1 }, "");
  node.put(DB, keyOf(2, 3, 1), { rsn: 5n }, "data");
  assert.equal(vacuum(node, true), 0);
  assert.deepEqual(sent(made, "VACUUM_FETCH").sort(), [`0>1 ${one}`, `0>2 ${other}`]);
  assert.equal(node.record(DB, own), undefined);
  for (const key of [one, other]) assert.ok(node.record(DB, key), "until it is fetched");
  assert.equal(node.database(DB).deleteQueue.size, 0);
});

Deno.test("a chain or a free list that somebody has is not waited for, but tried again", () => {
  const made = cluster(2);
  const node = made.node(0);
  const key = keyOf(0, 2);
  node.put(DB, key, { rsn: 5n }, "");
  schedule(node, key, { rsn: 5n, dmaster: 0, flags: 0 });
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes(key));
  assert.equal(vacuum(node), 0);
  smbd.chainUnlock(bytes(key));
  assert.ok(smbd.tryFreelistLock());
  // The repack, too, counts the free list, but waits for it in a process of its own.
  node.tunables.set("RepackLimit", 0);
  assert.equal(vacuum(node), 0);
  smbd.freelistUnlock();
  assert.ok(node.record(DB, key));
  assert.equal(vacuum(node), 0);
  assert.equal(node.record(DB, key), undefined);
});

Deno.test("no node deletes while another refuses, or does not answer", () => {
  const made = cluster(3);
  const [node, , other] = made.nodes as [FakeNode, FakeNode, FakeNode];
  const key = keyOf(0, 3);
  const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
  node.put(DB, key, header, "");
  schedule(node, key, header);
  other.put(DB, key, { rsn: 3n, dmaster: 0, flags: WITH_DATA }, "old");

  made.failing.set("TRY_DELETE_RECORDS@1", -1);
  assert.equal(vacuum(node), -1);
  assert.ok(node.record(DB, key) && other.record(DB, key));
  assert.equal(node.database(DB).deleteQueue.size, 1, "tried again");
  made.failing.clear();

  const smbd = other.openAs("smbd", DB);
  smbd.chainLock(bytes(key));
  assert.equal(vacuum(node), 0);
  smbd.chainUnlock(bytes(key));
  assert.ok(node.record(DB, key), "the tombstone outlives every copy");

  assert.equal(vacuum(node, true), 0);
  for (const one of made.nodes) assert.equal(one.record(DB, key), undefined);
});

Deno.test("inactive nodes are not asked", () => {
  const made = cluster(3);
  const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
  const key = keyOf(0, 3);
  made.node(0).put(DB, key, header, "");
  schedule(made.node(0), key, header);
  made.setFlags(2, NodeFlag.STOPPED);
  assert.equal(vacuum(made.node(0)), 0);
  assert.deepEqual(sent(made, "TRY_DELETE_RECORDS"), [`0>1 ${key}`]);
  assert.equal(made.node(0).record(DB, key), undefined);
});

Deno.test("TRY_DELETE_RECORDS, row by row: what is refused comes back as it was sent", () => {
  const made = cluster(2);
  const node = made.node(1);
  const { id: dbId } = node.database(DB);
  const smbd = node.openAs("smbd", DB);
  const sentHeader = { rsn: 10n, dmaster: 0, flags: WITH_DATA };
  const elsewhere = (nth: number) => keyOf(0, 2, nth);
  const records: MarshalledRecord[] = [];
  const refused: MarshalledRecord[] = [];
  const row = (key: string, refuse: boolean, data = recordValue(sentHeader, NO_DATA)) => {
    const record = { reqid: 0, key: bytes(key), data };
    records.push(record);
    if (refuse) refused.push(record);
  };
  const copy = (key: string, header: Partial<RecordHeader>, data = "old") =>
    node.put(DB, key, { rsn: 4n, dmaster: 0, ...header }, data);

  row(keyOf(1, 2), true); // this node is lmaster
  row(elsewhere(0), true, recordValue(sentHeader, bytes("data")));
  row(elsewhere(1), true, new Uint8Array(3));
  smbd.chainLock(bytes(elsewhere(2)));
  copy(elsewhere(3), {});
  row(elsewhere(2), true); // locked
  row(elsewhere(3), false);
  row(elsewhere(4), false); // not here
  node.database(DB).tdb.store(bytes(elsewhere(5)), new Uint8Array(7));
  row(elsewhere(5), false);
  copy(elsewhere(6), { rsn: 11n });
  row(elsewhere(6), true);
  copy(elsewhere(7), { rsn: 10n }, "");
  row(elsewhere(7), false);
  copy(elsewhere(8), { flags: RecordFlag.RO_HAVE_READONLY });
  row(elsewhere(8), true);
  copy(elsewhere(9), {});
  const readonly = recordValue({ ...sentHeader, flags: RecordFlag.RO_HAVE_DELEGATIONS }, NO_DATA);
  row(elsewhere(9), true, readonly);
  copy(elsewhere(10), { dmaster: 1 });
  row(elsewhere(10), true);

  // Some of the keys share chains in so small a file.
  const chain = node.database(DB).tdb.chainOf(bytes(elsewhere(2)));
  const asked = records.filter(({ key }) =>
    text(key) === elsewhere(2) || node.database(DB).tdb.chainOf(key) !== chain
  );
  assert.ok(asked.length > 6);
  const answer = node.ask("TRY_DELETE_RECORDS", { dbId, records: asked }, { srcnode: 0 });
  assert.deepEqual(answer, { dbId, records: refused.filter((one) => asked.includes(one)) });
  smbd.chainUnlock(bytes(elsewhere(2)));
  for (const { key } of asked) {
    const kept = refused.some((one) => one.key === key) && node.record(DB, text(key)) !== undefined;
    assert.equal(node.record(DB, text(key)) !== undefined, kept, text(key));
  }

  copy(elsewhere(3), {});
  assert.ok(smbd.tryFreelistLock());
  const again = [{ reqid: 0, key: bytes(elsewhere(3)), data: recordValue(sentHeader, NO_DATA) }];
  assert.deepEqual(node.ask("TRY_DELETE_RECORDS", { dbId, records: again }), {
    dbId,
    records: again,
  });
  smbd.freelistUnlock();

  node.recoveryMode = RecoveryMode.ACTIVE;
  assert.deepEqual(node.ask("TRY_DELETE_RECORDS", { dbId, records: again })?.records, again);
});

Deno.test("vacuum controls on what cannot be vacuumed", () => {
  const made = cluster(1);
  made.attach("pers.tdb", "DB_ATTACH_PERSISTENT");
  const node = made.node(0);
  const refused = (
    name: Extract<ControlName, keyof FakeNode["records"]["handlers"]>,
    request: unknown,
  ) => {
    const result = node.control(name, request as never);
    made.run(10);
    assert.equal(result.status, -1, name);
  };
  for (const dbId of [0xdead, node.database("pers.tdb").id]) {
    refused("DB_VACUUM", { dbId, fullVacuumRun: true });
    refused("VACUUM_FETCH", { dbId, records: [] });
    refused("TRY_DELETE_RECORDS", { dbId, records: [] });
  }
  const { id: dbId } = node.database(DB);
  node.recoveryMode = RecoveryMode.ACTIVE;
  refused("DB_VACUUM", { dbId, fullVacuumRun: false });
  node.recoveryMode = RecoveryMode.NORMAL;
  node.ask("DB_FREEZE", dbId);
  refused("DB_VACUUM", { dbId, fullVacuumRun: false });
  node.ask("DB_THAW", dbId);
  const first = node.control("DB_VACUUM", { dbId, fullVacuumRun: false });
  refused("DB_VACUUM", { dbId, fullVacuumRun: false });
  made.run(100);
  assert.equal(first.status, 0);
});

/** Queues a record whose deletion needs an answer of the other node, which takes its time. */
function startSlowly(made: FakeCluster, latency_ms: number): void {
  const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
  const key = keyOf(0, 2);
  made.node(0).put(DB, key, header, "");
  schedule(made.node(0), key, header);
  made.latency_ms = () => latency_ms;
}

Deno.test("one run at a time for all databases; one that comes too early waits half a second", () => {
  const made = cluster(2);
  const node = made.node(0);
  made.attach("other.tdb", "DB_ATTACH");
  startSlowly(made, 1500);
  const runs = () => [latency(node).num, node.database("other.tdb").tally.vacuum.value.num];
  made.run(12_500 - made.clock.now());
  assert.deepEqual(runs(), [0, 0]);
  made.run(600);
  assert.deepEqual(runs(), [1, 0]);
  made.run(500);
  assert.deepEqual(runs(), [1, 1]);
});

Deno.test("a run that takes too long is ended; a longer interval is waited out", () => {
  const made = cluster(2);
  const node = made.node(0);
  node.tunables.set("VacuumMaxRunTime", 2);
  startSlowly(made, 1500);
  const run = node.control("DB_VACUUM", { dbId: node.database(DB).id, fullVacuumRun: false });
  made.run(1999);
  assert.ok(run.open);
  made.run(1);
  assert.equal(run.status, -1);
  assert.equal(latency(node).max_s, 2);
  assert.ok(node.record(DB, keyOf(0, 2)));
  assert.equal(node.database(DB).deleteQueue.size, 1);
  node.tunables.set("VacuumInterval", 20);
  made.run(19_900 - made.clock.now());
  assert.equal(latency(node).num, 1);
  made.latency_ms = () => 0;
  made.run(200);
  assert.equal(latency(node).num, 2);
  assert.equal(node.record(DB, keyOf(0, 2)), undefined);
});

Deno.test("a freeze, a recovery and a detach end the run, and nothing is deleted any more", () => {
  for (const how of ["freeze", "recovery", "inactive", "detach"] as const) {
    const made = cluster(3);
    const node = made.node(0);
    const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
    const key = keyOf(0, 3);
    node.put(DB, key, header, "");
    schedule(node, key, header);
    const db = node.database(DB);
    // The nodes are asked, and their answers are on their way.
    made.latency_ms = () => 50;
    const run = node.control("DB_VACUUM", { dbId: db.id, fullVacuumRun: false });
    made.run(75);
    assert.equal(sent(made, "TRY_DELETE_RECORDS").length, 1);
    if (how === "freeze") node.control("DB_FREEZE", db.id);
    if (how === "recovery") node.records.recoveryModeChanged(RecoveryMode.ACTIVE);
    if (how === "inactive") node.records.becameInactive();
    if (how === "detach") {
      node.tunables.set("AllowClientDBAttach", 0);
      node.control("DB_DETACH", db.id);
    }
    assert.equal(run.status, -1, how);
    made.run(5000);
    if (how !== "detach") assert.ok(db.tdb.exists(bytes(key)), how);
    assert.equal(sent(made, "TRY_DELETE_RECORDS").length, 1, how);
  }
});

Deno.test("a record taken between its deletion elsewhere and here lives on; a recovery changes nothing", () => {
  for (const recovered of [false, true]) {
    const made = cluster(3);
    const [lmaster, taker, third] = made.nodes as [FakeNode, FakeNode, FakeNode];
    const key = keyOf(0, 3);
    const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
    lmaster.put(DB, key, header, "");
    for (const node of [taker, third]) node.put(DB, key, { ...header, rsn: 3n }, "old");
    schedule(lmaster, key, header);
    made.latency_ms = () => 50;
    lmaster.control("DB_VACUUM", { dbId: lmaster.database(DB).id, fullVacuumRun: false });
    made.run(125);
    assert.equal(taker.record(DB, key), undefined, "deleted there");
    assert.ok(lmaster.record(DB, key), "not yet here");
    // The call is at the lmaster before the answer of the third node.
    taker.call(taker.connect(), DB, key);
    if (recovered) {
      recoverVolatile(made, DB);
      assert.equal(third.record(DB, key), undefined);
    }
    made.run(1000);
    assert.equal(taker.record(DB, key)?.header.dmaster, 1);
    assert.equal(taker.record(DB, key)?.data, "");
    taker.write(DB, key, "new");
    made.latency_ms = () => 0;
    for (const node of made.nodes) assert.equal(vacuum(node, true), 0);
    assert.equal(taker.record(DB, key)?.data, "new");
    assert.equal(lmaster.record(DB, key)?.header.dmaster, 1, "the pointer to it is kept");
  }
});

Deno.test("a recovery drops the queues with the records", () => {
  const made = cluster(2);
  const node = made.node(0);
  const { id: dbId } = node.database(DB);
  schedule(node, "gone", { rsn: 5n, dmaster: 0, flags: 0 });
  node.ask("VACUUM_FETCH", { dbId, records: [{ reqid: 0, key: bytes("x"), data: NO_DATA }] });
  assert.equal(node.database(DB).fetchQueue.size, 1);
  recoverVolatile(made, DB);
  assert.equal(node.database(DB).fetchQueue.size, 0);
  assert.equal(node.database(DB).deleteQueue.size, 0);
});

Deno.test("many records go in parts, without holding the loop", () => {
  const made = cluster(2);
  const node = made.node(0);
  node.tunables.set("RepackLimit", 0);
  const header = { rsn: 5n, dmaster: 0, flags: WITH_DATA };
  const keys = Array.from({ length: 2500 }, (_, nth) => `many${nth}`);
  for (const key of keys) {
    node.put(DB, key, header, "");
    made.node(1).put(DB, key, { ...header, rsn: 2n }, "old");
  }
  assert.equal(vacuum(node, true), 0);
  assert.ok(sent(made, "TRY_DELETE_RECORDS").length > 1);
  assert.equal(vacuum(made.node(1)), 0);
  assert.equal(vacuum(node), 0);
  // The other half belongs to the other lmaster, which pulls and deletes it.
  assert.equal(vacuum(made.node(1)), 0);
  assert.equal(vacuum(made.node(1)), 0);
  for (const one of made.nodes) {
    assert.equal(keys.filter((key) => one.record(DB, key) !== undefined).length, 0);
  }
});

Deno.test("a chain that a client holds for long holds up neither a full run nor a repack", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.tunables.set("RepackLimit", 1);
  node.put(DB, "held", { rsn: 5n }, "");
  const { tdb } = node.database(DB);
  const other = Array.from({ length: 20 }, (_, i) => `k${i}`)
    .find((key) => tdb.chainOf(bytes(key)) !== tdb.chainOf(bytes("held")))!;
  node.put(DB, other, { rsn: 5n }, "");
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("held"));
  assert.equal(vacuum(node, true), 0);
  assert.equal(node.record(DB, other), undefined);
  smbd.chainUnlock(bytes("held"));
  assert.ok(node.record(DB, "held"));
  assert.equal(vacuum(node, true), 0);
  assert.equal(node.record(DB, "held"), undefined);
});

Deno.test("one that is detached leaves no timer behind", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.tunables.set("AllowClientDBAttach", 0);
  assert.equal(made.clock.pending, 1, "the interval");
  node.ask("DB_DETACH", node.database(DB).id);
  assert.equal(made.clock.pending, 0);
});
