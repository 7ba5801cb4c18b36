import assert from "node:assert/strict";
import {
  NodeFlag,
  type RecordBuffer,
  recordValue,
  RecoveryMode,
  SEQNUM_KEY,
} from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, type FakeNode } from "./support/fake-node.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "pers.tdb";

function cluster(count: number): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  made.attach(DB, "DB_ATTACH_PERSISTENT");
  return made;
}

function change(node: FakeNode, key: string, data: string, rsn = 1n, seqnum = 1): RecordBuffer {
  const header = { rsn, dmaster: node.pnn, flags: 0 };
  const record = (name: Uint8Array, content: Uint8Array) => ({
    reqid: 0,
    key: name,
    data: recordValue(header, content),
  });
  const number = new Uint8Array([seqnum, 0, 0, 0, 0, 0, 0, 0]);
  return {
    dbId: node.database(DB).id,
    records: [record(bytes(key), bytes(data)), record(SEQNUM_KEY, number)],
  };
}

function commit(node: FakeNode, request: RecordBuffer, client = node.connect()) {
  return { client, result: node.control("TRANS3_COMMIT", request, { clientId: client.id }) };
}

Deno.test("a commit is stored on every active node before it is answered", () => {
  const made = cluster(3);
  for (const node of made.nodes) node.vnnmap = [0, 1];
  made.setFlags(2, NodeFlag.STOPPED);
  const { result } = commit(made.node(0), change(made.node(0), "k", "v"));
  assert.ok(result.open);
  made.run(100);
  assert.equal(result.status, 0);
  assert.equal(made.node(0).record(DB, "k")?.data, "v");
  assert.equal(made.node(1).record(DB, "k")?.data, "v");
  assert.equal(made.node(2).record(DB, "k"), undefined);
  assert.equal(made.node(0).database(DB).committing, false);
});

Deno.test("a commit is refused while a node of the map is not active: a recovery is due", () => {
  for (const flag of [NodeFlag.STOPPED, NodeFlag.DISCONNECTED]) {
    const made = cluster(3);
    made.setFlags(2, flag);
    const { result } = commit(made.node(0), change(made.node(0), "k", "v"));
    assert.equal(result.status, -1);
  }
});

Deno.test("commits are refused: in recovery, from nobody, twice, on an unknown database", () => {
  const made = cluster(2);
  const node = made.node(0);
  const request = change(node, "k", "v");
  assert.equal(node.control("TRANS3_COMMIT", request).status, -1);
  const unknown = { ...request, dbId: 5 };
  assert.equal(commit(node, unknown).result.status, -1);
  const first = commit(node, request);
  assert.equal(commit(node, request, first.client).result.status, -1);
  assert.equal(commit(node, request).result.status, -1, "one at a time on a database");
  made.run(100);
  assert.equal(first.result.status, 0);
  node.recoveryMode = RecoveryMode.ACTIVE;
  assert.equal(commit(node, request).result.status, -1);
});

Deno.test("a node that fails: a recovery is forced, and decides; END_RECOVERY answers 2", () => {
  const made = cluster(2);
  const node = made.node(0);
  made.failing.set("UPDATE_RECORD@1", 1);
  const { result } = commit(node, change(node, "k", "v"));
  made.run(100);
  assert.ok(result.open, "the commit stays open");
  assert.equal(node.recoveries.length, 1);
  node.records.recoveryEnded();
  assert.ok(result.open, "not before the mode is normal again");
  node.recoveryMode = RecoveryMode.NORMAL;
  node.records.recoveryEnded();
  assert.equal(result.status, 2);
  assert.equal(result.answer?.error, "trans3 commit ended by recovery");
  made.failing.clear();
  const again = commit(node, change(node, "k", "v"));
  made.run(100);
  assert.equal(again.result.status, 0, "the identical commit is accepted");
});

Deno.test("a commit that nobody answers ends with 1 after ControlTimeout, without recovery", () => {
  const made = cluster(2);
  const node = made.node(0);
  const frozen = made.node(1);
  frozen.ask("DB_FREEZE", frozen.database(DB).id);
  const { result } = commit(node, change(node, "k", "v"));
  made.run(59_999);
  assert.ok(result.open);
  made.run(1);
  assert.equal(result.status, 1);
  assert.equal(node.recoveries.length, 0);
});

Deno.test("a client that dies in its commit has a recovery decide", () => {
  const made = cluster(2);
  const node = made.node(0);
  const { client } = commit(node, change(node, "k", "v"));
  node.disconnect(client);
  assert.equal(node.recoveries.length, 1);
  assert.equal(node.database(DB).committing, false);
  made.run(100);
});

Deno.test("so does one that said it changes a persistent database, and did not take it back", () => {
  const node = cluster(1).node(0);
  const client = node.connect();
  const origin = { clientId: client.id };
  assert.equal(node.control("START_PERSISTENT_UPDATE", undefined, origin).status, 0);
  assert.equal(node.control("CANCEL_PERSISTENT_UPDATE", undefined, origin).status, 0);
  assert.equal(node.control("CANCEL_PERSISTENT_UPDATE", undefined, origin).status, -1);
  node.disconnect(client);
  assert.equal(node.recoveries.length, 0);
  const other = node.connect();
  node.control("START_PERSISTENT_UPDATE", undefined, { clientId: other.id });
  node.disconnect(other);
  assert.equal(node.recoveries.length, 1);
});

Deno.test("an update with an RSN that is not higher, and other data, fails as a whole", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.ask("UPDATE_RECORD", change(node, "k", "v", 3n));
  const old = node.control("UPDATE_RECORD", change(node, "k", "other", 3n, 9));
  made.run(100);
  assert.equal(old.status, 1);
  assert.equal(node.record(DB, "k")?.data, "v");
  assert.equal(node.ask("GET_DB_SEQNUM", node.database(DB).id), 1n);
  node.ask("UPDATE_RECORD", change(node, "k", "v", 3n));
  node.ask("UPDATE_RECORD", change(node, "k", "newer", 4n, 2));
  assert.equal(node.record(DB, "k")?.data, "newer");
  assert.equal(node.count("pendingChildwriteCalls"), 0);
  assert.equal(node.count("latency.childwrite"), 4);
});

Deno.test("the end of a read-only copy that comes late does not undo who owns the record now", () => {
  const made = new FakeCluster(new VirtualClock(), 2);
  made.attach("vol.tdb", "DB_ATTACH");
  const node = made.node(1);
  node.put("vol.tdb", "k", { rsn: 164n }, "v");
  const late = (rsn: bigint, data: string) => ({
    dbId: node.database("vol.tdb").id,
    records: [{
      reqid: 0,
      key: bytes("k"),
      data: recordValue({ rsn, dmaster: 0, flags: 0 }, bytes(data)),
    }],
  });
  assert.equal(node.control("UPDATE_RECORD", late(160n, "v")).status, 0);
  assert.equal(node.record("vol.tdb", "k")?.header.rsn, 164n);
  assert.equal(node.record("vol.tdb", "k")?.header.dmaster, 1);
  assert.equal(node.control("UPDATE_RECORD", late(160n, "older")).status, 1);
  assert.equal(node.record("vol.tdb", "k")?.data, "v");
});

Deno.test("updates are refused in recovery, and those that wait fail when one begins", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.ask("DB_FREEZE", node.database(DB).id);
  const waiting = node.control("UPDATE_RECORD", change(node, "k", "v"));
  made.run(1000);
  assert.ok(waiting.open);
  node.host.forceRecovery("test");
  assert.equal(waiting.status, 1);
  assert.equal(node.control("UPDATE_RECORD", change(node, "k", "v")).status, -1);
  assert.equal(made.clock.pending, 0);
});

Deno.test("a worker that dies fails the update and nothing else; a slow one is given up", () => {
  const made = cluster(1);
  const node = made.node(0);
  node.storage.faults.workerDies = true;
  const first = node.control("UPDATE_RECORD", change(node, "k", "v"));
  const second = node.control("UPDATE_RECORD", change(node, "j", "w"));
  made.run(100);
  assert.equal(first.status, 1);
  assert.equal(second.status, 0);
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const slow = node.control("UPDATE_RECORD", change(node, "k", "v", 5n));
  made.run(60_000);
  assert.equal(slow.status, -1);
  assert.equal(node.database(DB).gate.busy, false);
  smbd.chainUnlock(bytes("k"));
  node.ask("UPDATE_RECORD", change(node, "k", "v", 6n));
});

Deno.test("a freeze waits for an update that is in the worker", () => {
  const made = cluster(1);
  const node = made.node(0);
  const update = node.control("UPDATE_RECORD", change(node, "k", "v"));
  const freeze = node.control("DB_FREEZE", node.database(DB).id);
  made.run(0);
  assert.ok(update.open && freeze.open);
  made.run(100);
  assert.equal(update.status, 0);
  assert.equal(freeze.status, 0);
});
