import assert from "node:assert/strict";
import {
  controls,
  decodeControlRequest,
  decodePacket,
  encodePacket,
  Operation,
  RecordFlag,
} from "../../../lib/wire/mod.ts";
import { readVectors } from "../wire/vectors.ts";
import { FakeCluster, type FakeNode, text } from "./support/fake-node.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

function clusterAt(generation: number): FakeCluster {
  const cluster = new FakeCluster(new VirtualClock(), 3);
  for (const node of cluster.nodes) node.generation = generation;
  return cluster;
}

/** What the node sends when it gets a captured frame. */
function answerTo(node: FakeNode, frame: Uint8Array): Uint8Array[] {
  const { seen } = node.cluster;
  seen.length = 0;
  node.records.packetFromNode(frame);
  return seen.map((one) => one.frame);
}

Deno.test("captured migration over three nodes: every node sends the very same bytes", () => {
  const [call, redirected, request, reply] = readVectors("wire-sequence-migration-3-node.json")
    .map(({ frame }) => frame);
  assert.ok(call && redirected && request && reply);
  const cluster = clusterAt(1711883193);
  cluster.attach("vol1.tdb", "DB_ATTACH");
  const packet = decodePacket(request);
  assert.ok(packet.operation === Operation.REQ_DMASTER);
  const flags = RecordFlag.MIGRATED_WITH_DATA;
  cluster.node(0).put("vol1.tdb", "ringkey", { rsn: 5n, dmaster: 1, flags }, "older");
  cluster.node(1).put("vol1.tdb", "ringkey", { rsn: 7n, dmaster: 1, flags }, text(packet.data));
  const asker = cluster.node(2);
  const client = asker.connect();

  asker.nextReqid = 3090;
  asker.call(client, "vol1.tdb", "ringkey");
  assert.deepEqual(cluster.seen.map(({ frame }) => frame), [call]);
  assert.deepEqual(answerTo(cluster.node(0), call), [redirected]);
  assert.deepEqual(answerTo(cluster.node(1), redirected), [request]);
  assert.deepEqual(answerTo(cluster.node(0), request), [reply]);
  assert.deepEqual(answerTo(asker, reply), []);
  assert.equal(client.received.length, 1);
  assert.deepEqual(asker.record("vol1.tdb", "ringkey"), {
    header: { rsn: 9n, dmaster: 2, flags },
    data: text(packet.data),
  });
});

Deno.test("captured migration from the lmaster: a record that nobody had", () => {
  const [call, reply] = readVectors("wire-sequence-migration-lmaster-is-dmaster.json")
    .map(({ frame }) => frame);
  assert.ok(call && reply);
  const cluster = clusterAt(106648664);
  cluster.attach("g_lock.tdb", "DB_ATTACH");
  assert.deepEqual(answerTo(cluster.node(2), call), [reply]);
  answerTo(cluster.node(0), reply);
  const key = "transaction_db_0x60369e52\0";
  assert.deepEqual(cluster.node(0).record("g_lock.tdb", key)?.header, {
    rsn: 2n,
    dmaster: 0,
    flags: 0,
  });
});

Deno.test("captured read-only delegation: the owner's answer, and what both keep", () => {
  const [call, reply] = readVectors("wire-sequence-readonly-delegation.json")
    .map(({ frame }) => frame);
  assert.ok(call && reply);
  const cluster = clusterAt(1711883193);
  cluster.attach("ro1.tdb", "DB_ATTACH");
  for (const node of cluster.nodes) node.ask("SET_DB_READONLY", node.database("ro1.tdb").id);
  // The captured header shows rsn 2 for the copy: the owner was at 1 before.
  cluster.node(2).put("ro1.tdb", "rokey", { rsn: 1n, dmaster: 2 }, "");
  assert.deepEqual(answerTo(cluster.node(2), call), [reply]);
  assert.deepEqual(cluster.node(2).record("ro1.tdb", "rokey")?.header, {
    rsn: 4n,
    dmaster: 2,
    flags: RecordFlag.RO_HAVE_DELEGATIONS,
  });
  assert.deepEqual(cluster.node(2).database("ro1.tdb").tally.roDelegations, 1);
});

Deno.test("captured commit: the client's bytes go to every active node, and 0 comes back", () => {
  const [request, answer] = readVectors("wire-sequence-trans3-commit-client.json")
    .map(({ frame }) => decodePacket(frame));
  const fanout = readVectors("wire-sequence-persistent-commit-fanout.json");
  assert.ok(request?.operation === Operation.REQ_CONTROL);
  assert.ok(answer?.operation === Operation.REPLY_CONTROL);
  const cluster = clusterAt(106648664);
  cluster.attach("pers1.tdb", "DB_ATTACH_PERSISTENT");
  const node = cluster.node(0);
  node.nextReqid = 0x21d7;
  const client = node.connect();
  cluster.controls.length = 0;
  const buffer = decodeControlRequest("TRANS3_COMMIT", request);
  const result = node.control("TRANS3_COMMIT", buffer, { clientId: client.id });
  assert.ok(result.open, "not before all nodes have stored it");

  const sent = cluster.controls.map(({ to, opcode, data, clientId }) => ({
    to,
    frame: (reqid: number) =>
      encodePacket({
        operation: Operation.REQ_CONTROL,
        generation: 106648664,
        destnode: to,
        srcnode: 0,
        reqid,
        opcode,
        srvid: 0n,
        clientId,
        flags: 0,
        data,
      }),
  }));
  assert.deepEqual(sent.map(({ to }) => to), [0, 1, 2]);
  for (const captured of fanout.slice(0, 2)) {
    const packet = decodePacket(captured.frame);
    const ours = sent.find(({ to }) => to === packet.destnode);
    assert.deepEqual(ours?.frame(packet.reqid), captured.frame);
  }
  assert.equal(controls.UPDATE_RECORD.opcode, fanout[0]?.opcode);

  cluster.run(100);
  assert.equal(result.status, answer.status);
  for (const one of cluster.nodes) {
    const record = one.record("pers1.tdb", "pk1");
    assert.equal(record?.header.rsn, 1n);
    const id = one.database("pers1.tdb").id;
    assert.equal(one.ask("GET_DB_SEQNUM", id), 1n);
  }
});
