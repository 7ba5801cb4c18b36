import assert from "node:assert/strict";
import type { Tdb } from "../../../lib/tdb/mod.ts";
import {
  controls,
  decode,
  decodePacket,
  type MarshalledRecord,
  marshalledRecord,
  NodeFlag,
  Operation,
  RecordFlag,
} from "../../../lib/wire/mod.ts";
import { readVectors } from "../wire/vectors.ts";
import { bytes, type FakeClient, FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "vol.tdb";
const SRVID = 0xbe00_0000_0000_0077n;
type Kind = "DB_ATTACH" | "DB_ATTACH_PERSISTENT" | "DB_ATTACH_REPLICATED";

function cluster(count: number, kind: Kind = "DB_ATTACH"): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  made.attach(DB, kind);
  made.controls.length = 0;
  return made;
}

/** A client's traverse at one node, and what it has got. */
class Traverse {
  readonly records: MarshalledRecord[] = [];
  readonly client: FakeClient;
  readonly status: number | undefined;

  constructor(
    readonly node: FakeNode,
    readonly options: { empty?: boolean; reqid?: number; srvid?: bigint; client?: FakeClient } = {},
  ) {
    const client = this.client = options.client ?? node.connect();
    const { reqid = 5, srvid = SRVID } = options;
    node.handlers.set(srvid, (data) => this.records.push(decode(marshalledRecord, data)));
    const request = { dbId: node.database(DB).id, reqid, srvid };
    const origin = { clientId: client.id };
    this.status = options.empty === undefined
      ? node.control("TRAVERSE_START", request, origin).status
      : node.control(
        "TRAVERSE_START_EXT",
        { ...request, withEmptyRecords: options.empty },
        origin,
      ).status;
  }

  get keys(): string[] {
    return this.records.map(({ key }) => text(key));
  }

  /** Whether the end marker has come, and nothing after it. */
  get ended(): boolean {
    const ends = this.records.filter(({ key, data }) => key.length === 0 && data.length === 0);
    assert.ok(ends.length <= 1, "one end marker");
    if (ends.length === 1) assert.equal(ends[0], this.records.at(-1));
    return ends.length === 1;
  }
}

/** A process holds a chain, so that a traverse of the file hangs; its record is not wanted. */
function lockSome(node: FakeNode): Tdb {
  node.put(DB, "x", {}, "");
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("x"));
  return smbd;
}

function opcodes(made: FakeCluster, name: keyof typeof controls): string[] {
  return made.controls.filter(({ opcode }) => opcode === controls[name].opcode)
    .map(({ from, to }) => `${from}>${to}`);
}

Deno.test("every record once, from its owner; the answer before the first, the marker at the end", () => {
  const made = cluster(3);
  for (const node of made.nodes) {
    node.put(DB, `of ${node.pnn}`, { rsn: 7n }, "data");
    node.put(DB, "stale", { dmaster: 2, rsn: BigInt(node.pnn) }, `copy ${node.pnn}`);
    node.put(DB, `empty ${node.pnn}`, {}, "");
    node.database(DB).tdb.store(bytes("short"), new Uint8Array(5));
  }
  const copy = { dmaster: 0, flags: RecordFlag.RO_HAVE_READONLY };
  made.node(1).put(DB, "of 0", copy, "data");

  const traverse = new Traverse(made.node(1));
  assert.equal(traverse.status, 0);
  assert.equal(traverse.records.length, 0);
  made.run(100);
  assert.ok(traverse.ended);
  assert.deepEqual(traverse.keys.toSorted(), ["", "of 0", "of 1", "of 2", "stale"]);
  assert.ok(traverse.records.every(({ reqid }) => reqid === 5));
  const stale = traverse.records.find(({ key }) => text(key) === "stale");
  assert.equal(text(stale!.data.subarray(24)), "copy 2");
  assert.deepEqual(opcodes(made, "TRAVERSE_ALL"), ["1>0", "1>1", "1>2"]);

  const all = new Traverse(made.node(1), { empty: true, reqid: 6 });
  made.run(100);
  assert.ok(all.ended);
  assert.deepEqual(all.keys.filter((key) => key.startsWith("empty")).length, 3);
  assert.deepEqual(opcodes(made, "TRAVERSE_ALL_EXT"), ["1>0", "1>1", "1>2"]);
  assert.equal(made.clock.pending, 0);
});

Deno.test("persistent and replicated databases: one node has all, and sends all", () => {
  for (const kind of ["DB_ATTACH_PERSISTENT", "DB_ATTACH_REPLICATED"] as const) {
    const made = cluster(2, kind);
    for (const node of made.nodes) {
      node.put(DB, "of 0", { dmaster: 0 }, "data");
      node.put(DB, "of 1", { dmaster: 1 }, "data");
      node.put(DB, "tombstone", { dmaster: 1 }, "");
    }
    const traverse = new Traverse(made.node(1));
    made.run(100);
    assert.deepEqual(traverse.keys.toSorted(), ["", "of 0", "of 1", "tombstone"]);
    assert.deepEqual(opcodes(made, "TRAVERSE_ALL"), ["1>1"]);

    for (const node of made.nodes) node.vnnmap = [0];
    const other = new Traverse(made.node(1), { empty: false });
    made.run(100);
    assert.equal(other.records.length, 4);
    assert.deepEqual(opcodes(made, "TRAVERSE_ALL"), ["1>1", "1>0"]);
  }
});

Deno.test("captured traverse: the question and the end marker, byte by byte", () => {
  const [ask1, ask2, end2, end1] = readVectors("wire-sequence-traverse.json").slice(0, 4)
    .map(({ frame }) => {
      const packet = decodePacket(frame);
      assert.ok(packet.operation === Operation.REQ_CONTROL);
      return { opcode: packet.opcode, data: packet.data };
    });
  const made = new FakeCluster(new VirtualClock(), 3);
  made.attach("vol1.tdb", "DB_ATTACH");
  made.controls.length = 0;
  const node = made.node(0);
  const client = node.connect();
  node.nextReqid = 8643;
  const request = { dbId: node.database("vol1.tdb").id, reqid: 0, srvid: 0xbe00_0000_0000_2593n };
  node.control("TRAVERSE_START", request, { clientId: client.id });
  made.run(100);
  const sent = (from: number, to: number) =>
    made.controls.filter((one) => one.from === from && one.to === to)
      .map(({ opcode, data }) => ({ opcode, data }));
  assert.deepEqual(sent(0, 1), [ask1]);
  assert.deepEqual(sent(0, 2), [ask2]);
  assert.deepEqual(sent(1, 0), [end1]);
  assert.deepEqual(sent(2, 0), [end2]);
});

Deno.test("a node that dies, is stopped or banned in the middle is not waited for", () => {
  for (const flag of [NodeFlag.DISCONNECTED, NodeFlag.STOPPED, NodeFlag.BANNED]) {
    const made = cluster(3);
    for (const node of made.nodes) node.put(DB, `of ${node.pnn}`, {}, "data");
    const smbd = made.node(2).openAs("smbd", DB);
    smbd.chainLock(bytes("of 2"));
    const traverse = new Traverse(made.node(0));
    made.run(2000);
    assert.ok(!traverse.ended);
    made.setFlags(2, flag);
    made.run(600);
    assert.ok(traverse.ended);
    assert.deepEqual(traverse.keys.toSorted(), ["", "of 0", "of 1"]);
    assert.equal(made.node(0).count("timeoutsTraverse"), 0);
  }
});

Deno.test("markers count by node: one that sends two does not stand for another", () => {
  const made = cluster(2);
  const smbd = lockSome(made.node(1));
  const node = made.node(0);
  node.nextReqid = 5000;
  const client = node.connect();
  const traverse = new Traverse(node, { client });
  const end = { reqid: 5001, key: bytes(""), data: bytes("") };
  for (let i = 0; i < 3; i++) {
    assert.equal(node.control("TRAVERSE_DATA", end, { srcnode: 0 }).status, 0);
  }
  made.run(100);
  assert.ok(!traverse.ended);
  smbd.chainUnlock(bytes("x"));
  made.run(100);
  assert.ok(traverse.ended);
  assert.equal(node.control("TRAVERSE_DATA", end, { srcnode: 0 }).status, -1, "it is over");
});

Deno.test("what hangs is ended after TraverseTimeout, on all nodes", () => {
  const made = cluster(2);
  lockSome(made.node(1));
  made.node(0).put(DB, "of 0", {}, "data");
  const traverse = new Traverse(made.node(0));
  made.run(19_999);
  assert.deepEqual(traverse.keys, ["of 0"]);
  made.run(1);
  assert.ok(traverse.ended);
  assert.equal(made.node(0).count("timeoutsTraverse"), 1);
  assert.deepEqual(opcodes(made, "TRAVERSE_KILL"), ["0>0", "0>1"]);
  made.run(100);
  assert.equal(made.clock.pending, 0, "the worker is gone, too");
});

Deno.test("a client that goes away, or has enough, ends its own traverse and no other", () => {
  for (const how of ["gone", "kill"] as const) {
    const made = cluster(2);
    const smbd = lockSome(made.node(1));
    const node = made.node(0);
    const first = new Traverse(node, { reqid: 1, srvid: 1n });
    const second = new Traverse(node, { reqid: 1, srvid: 2n });
    made.run(100);
    if (how === "gone") {
      node.disconnect(first.client);
    } else {
      const request = { dbId: node.database(DB).id, reqid: 1, srvid: 1n };
      assert.equal(node.control("TRAVERSE_KILL", request, { clientId: first.client.id }).status, 0);
    }
    made.run(100);
    assert.deepEqual(opcodes(made, "TRAVERSE_KILL"), ["0>0", "0>1"]);
    smbd.chainUnlock(bytes("x"));
    made.run(100);
    assert.ok(!first.ended);
    assert.ok(second.ended);
    assert.equal(made.clock.pending, 0);
  }
});

Deno.test("a node that asked and died leaves no worker behind", () => {
  const made = cluster(2);
  lockSome(made.node(1));
  const dbId = made.node(1).database(DB).id;
  const all = { dbId, reqid: 9, pnn: 0, clientReqid: 1, srvid: SRVID };
  made.node(1).control("TRAVERSE_ALL", all, { srcnode: 0 });
  made.run(1000);
  assert.ok(made.clock.pending > 0);
  made.setFlags(0, NodeFlag.DISCONNECTED);
  made.run(6000);
  assert.equal(made.clock.pending, 0);
});

Deno.test("many at the same time: a few run, the others wait, all end", () => {
  const made = cluster(2);
  for (const node of made.nodes) node.put(DB, `of ${node.pnn}`, {}, "data");
  const traverses = Array.from(
    { length: 30 },
    (_, i) => new Traverse(made.node(i % 2), { srvid: BigInt(i) }),
  );
  made.run(15);
  assert.ok(!traverses.every(({ ended }) => ended));
  made.run(1000);
  for (const traverse of traverses) {
    assert.ok(traverse.ended);
    assert.deepEqual(traverse.keys.toSorted(), ["", "of 0", "of 1"]);
  }
  assert.equal(made.clock.pending, 0);
});

Deno.test("a client that does not read its messages is waited for", () => {
  const made = cluster(1);
  const node = made.node(0);
  for (let i = 0; i < 450; i++) node.put(DB, `k${i}`, {}, "data");
  const traverse = new Traverse(node);
  traverse.client.queuedFrames = 50_000;
  made.run(5000);
  const before = traverse.records.length;
  assert.ok(before > 0 && before < 450, String(before));
  traverse.client.queuedFrames = 0;
  made.run(100);
  assert.equal(traverse.records.length, 451);
  assert.ok(traverse.ended);
});

Deno.test("a node that does not keep up is waited for: a ping says when it has taken the records", () => {
  const made = cluster(2);
  const big = "x".repeat(60_000);
  for (let i = 0; i < 450; i++) made.node(1).put(DB, `k${i}`, {}, big);
  const traverse = new Traverse(made.node(0));
  made.run(200);
  assert.equal(traverse.records.length, 451);
  assert.equal(opcodes(made, "PING").length, 2, "one for each window of 8 MB or more");

  made.failing.set("PING@0", -1);
  const cut = new Traverse(made.node(0), { reqid: 6 });
  made.run(500);
  assert.ok(cut.records.length < 300, "not sent into the void");
});

Deno.test("nobody waits for a node that cannot read the database", () => {
  const made = cluster(2);
  made.node(0).put(DB, "of 0", {}, "data");
  made.node(1).tunables.set("AllowClientDBAttach", 0);
  made.node(1).ask("DB_DETACH", made.node(0).database(DB).id);
  const traverse = new Traverse(made.node(0));
  made.run(100);
  assert.ok(traverse.ended);
  assert.deepEqual(traverse.keys, ["of 0", ""]);

  const failing = cluster(2);
  failing.node(0).put(DB, "of 0", {}, "data");
  failing.node(1).storage.faults.workerDies = true;
  const other = new Traverse(failing.node(0));
  failing.run(100);
  assert.ok(other.ended);
});

Deno.test("a detach ends what is under way on both sides", () => {
  const made = cluster(2);
  lockSome(made.node(1));
  const traverse = new Traverse(made.node(0));
  made.run(100);
  for (const node of made.nodes) {
    node.tunables.set("AllowClientDBAttach", 0);
    node.control("DB_DETACH", node.database(DB).id);
  }
  made.run(100);
  assert.ok(traverse.ended);
  assert.equal(made.clock.pending, 0);
});

Deno.test("traverses that are refused", () => {
  const made = cluster(1, "DB_ATTACH_PERSISTENT");
  const node = made.node(0);
  const client = node.connect();
  const { id: dbId } = node.database(DB);
  const start = (id: number, origin: { srcnode?: number; clientId?: number }) =>
    node.control("TRAVERSE_START", { dbId: id, reqid: 1, srvid: SRVID }, origin).status;
  assert.equal(start(dbId, {}), -1, "not from a client");
  assert.equal(start(dbId, { clientId: 777 }), -1, "from one that has gone");
  assert.equal(start(dbId, { srcnode: 1, clientId: client.id }), -1, "of another node");
  assert.equal(start(0xdead, { clientId: client.id }), -1);
  const all = { dbId, reqid: 1, pnn: 0, clientReqid: 1, srvid: SRVID };
  assert.equal(node.control("TRAVERSE_ALL", { ...all, dbId: 0xdead }).status, -1);
  node.database(DB).unhealthy = "sick";
  assert.equal(start(dbId, { clientId: client.id }), -1);
  assert.equal(node.control("TRAVERSE_ALL", all).status, -1);
  node.tunables.set("AllowUnhealthyDBRead", 1);
  const traverse = new Traverse(node);
  made.run(100);
  assert.ok(traverse.ended);
});
