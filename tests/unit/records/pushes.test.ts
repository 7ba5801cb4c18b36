/** PUSH_RECORD at the receiver (next.md 2.2). */
import assert from "node:assert/strict";
import { databaseId, RecordFlag, type RecordHeader, RecoveryMode } from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, type FakeNode } from "./support/fake-node.ts";
import { keyOf } from "./support/keys.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "locking.tdb";
const { MIGRATED_WITH_DATA, PERSISTENT, PERSISTENT_IN_PROGRESS } = RecordFlag;

function cluster(): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), 3);
  made.attach(DB, "DB_ATTACH");
  made.attach("secrets.tdb", "DB_ATTACH_PERSISTENT");
  return made;
}

interface Push {
  readonly key?: string;
  readonly value?: string;
  readonly header?: Partial<RecordHeader>;
  readonly generation?: number;
  readonly db?: string;
}

/** Node 1 pushes a record to `node`. */
function push(node: FakeNode, { key = "k1", value = "v1-data", header, ...rest }: Push = {}) {
  return node.control("PUSH_RECORD", {
    generation: rest.generation ?? node.generation,
    dbId: databaseId(rest.db ?? DB),
    header: { rsn: 5n, dmaster: 1, flags: PERSISTENT, ...header },
    key: bytes(key),
    value: bytes(value),
  }, { srcnode: 1 });
}

Deno.test("a pushed record is stored as it is, and answered when it is on the disk", () => {
  const made = cluster();
  const node = made.node(0);
  const result = push(node);
  assert.deepEqual(node.record(DB, "k1"), {
    header: { rsn: 5n, dmaster: 1, flags: MIGRATED_WITH_DATA | PERSISTENT },
    data: "v1-data",
  });
  assert.ok(result.open, "nobody has seen the disk yet");
  made.run(1000);
  assert.equal(result.status, 0);
});

Deno.test("flags that the daemon does not know stay, those that live in memory do not", () => {
  const node = cluster().node(0);
  const flags = 0x40 | PERSISTENT_IN_PROGRESS | RecordFlag.VACUUM_MIGRATED | RecordFlag.AUTOMATIC;
  push(node, { header: { flags } });
  const expected = 0x40 | PERSISTENT_IN_PROGRESS | MIGRATED_WITH_DATA;
  assert.equal(node.record(DB, "k1")?.header.flags, expected);
});

Deno.test("an empty value is kept, and nothing waits to be deleted", () => {
  const made = cluster();
  const node = made.node(0);
  const key = keyOf(0, 3);
  node.call(node.connect(), DB, key);
  made.run();
  node.put(DB, key, { rsn: 2n }, "");
  node.control("SCHEDULE_FOR_DELETION", {
    dbId: databaseId(DB),
    header: { rsn: 2n, dmaster: 0, flags: 0 },
    key: bytes(key),
  });
  assert.equal(node.database(DB).deleteQueue.size, 1);
  push(node, { key, value: "", header: { rsn: 9n } });
  assert.deepEqual(node.record(DB, key), {
    header: { rsn: 9n, dmaster: 1, flags: MIGRATED_WITH_DATA | PERSISTENT },
    data: "",
  });
  assert.equal(node.database(DB).deleteQueue.size, 0);
});

Deno.test("what is outdated, one's own, or comes during a recovery changes nothing", () => {
  const made = cluster();
  const node = made.node(1);
  assert.equal(push(node, { generation: node.generation - 1 }).status, 0);
  assert.ok(node.lines.includes("Ignoring outdated push-record"));
  assert.equal(push(node).status, 0, "the owner ignores its own");
  const other = made.node(0);
  other.recoveryMode = RecoveryMode.ACTIVE;
  assert.equal(push(other).status, 0);
  other.recoveryMode = RecoveryMode.NORMAL;
  other.database(DB).phase.freezing();
  other.database(DB).phase.frozenNow();
  assert.equal(push(other).status, 0);
  for (const { pnn } of [node, other]) assert.equal(made.node(pnn).record(DB, "k1"), undefined);
});

Deno.test("a database that is unknown or not volatile is refused", () => {
  const node = cluster().node(0);
  assert.equal(push(node, { db: "nosuch.tdb" }).status, -1);
  assert.equal(push(node, { db: "secrets.tdb" }).status, -1);
  assert.equal(node.record("secrets.tdb", "k1"), undefined);
});

Deno.test("a late push does not undo what this node knows better", () => {
  const node = cluster().node(0);
  const stale: readonly Partial<RecordHeader>[] = [
    { rsn: 6n, dmaster: 2 },
    { rsn: 5n, dmaster: 0 },
    { rsn: 6n, dmaster: 0 },
  ];
  for (const header of stale) {
    node.put(DB, "k1", header, "newer");
    assert.equal(push(node).status, 0);
    assert.equal(node.record(DB, "k1")?.data, "newer");
  }
  for (const header of [{ rsn: 5n, dmaster: 2 }, { rsn: 4n, dmaster: 0 }]) {
    node.put(DB, "k1", header, "older");
    push(node);
    assert.equal(node.record(DB, "k1")?.data, "v1-data");
  }
});

Deno.test("a locked chain is waited for, and the generation looked at again", () => {
  for (const recovered of [false, true]) {
    const made = cluster();
    const node = made.node(0);
    const client = node.openAs("smbd", DB);
    client.chainLock(bytes("k1"));
    const result = push(node);
    made.run(50);
    assert.ok(result.open, "nothing blocks, nothing is stored");
    assert.equal(client.fetch(bytes("k1")), undefined);
    if (recovered) node.database(DB).generation = ++node.generation;
    client.chainUnlock(bytes("k1"));
    made.run(5000);
    assert.equal(result.status, 0);
    assert.equal(node.record(DB, "k1")?.data, recovered ? undefined : "v1-data");
    client.close();
  }
});

Deno.test("pushes that come during a sync share the next one; a full disk is told", () => {
  const made = cluster();
  const node = made.node(0);
  let syncs = 0;
  const sync = node.storage.syncFile.bind(node.storage);
  node.storage.syncFile = (file, done) => {
    syncs++;
    return sync(file, done);
  };
  const results = ["a", "b", "c", "d"].map((key) => push(node, { key }));
  made.run(1000);
  assert.deepEqual(results.map(({ status }) => status), [0, 0, 0, 0]);
  assert.equal(syncs, 2);
  node.storage.faults.diskFull = true;
  const failed = push(node, { key: "e" });
  made.run(1000);
  assert.equal(failed.status, -1);
});

Deno.test("a database that goes away answers what waits for its disk", () => {
  const made = cluster();
  const node = made.node(0);
  const results = ["a", "b"].map((key) => push(node, { key }));
  node.records.shutdown();
  assert.deepEqual(results.map(({ status }) => status), [-1, -1]);
});
