import assert from "node:assert/strict";
import { TdbError } from "../../../lib/tdb/mod.ts";
import { CallId, NodeFlag, Operation, RecordFlag } from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, FatalError, text } from "./support/fake-node.ts";
import { keyOf, route } from "./support/keys.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { keyWaits } from "../../../lib/records/locks/key-wait.ts";
import { pendingDmaster } from "../../../lib/records/calls/pending-dmaster.ts";
import { revokes } from "../../../lib/records/readonly/revoke.ts";

const DB = "vol.tdb";

function cluster(count: number): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  made.attach(DB, "DB_ATTACH");
  made.seen.length = 0;
  return made;
}

Deno.test("calls for a key that is on its way wait for it, and are served here, in order", () => {
  const made = cluster(2);
  const key = keyOf(1, 2);
  const node = made.node(0);
  const clients = [node.connect(), node.connect(), node.connect()];
  const order: number[] = [];
  for (const client of clients) {
    const { send } = client;
    client.send = (frame) => (order.push(client.id), send.call(client, frame));
    node.call(client, DB, key);
  }
  assert.equal(node.count("pendingCalls"), 1);
  made.run();
  assert.deepEqual(route(made), ["0>1 REQ_CALL", "1>0 REPLY_DMASTER"]);
  assert.deepEqual(order, clients.map(({ id }) => id));
  assert.equal(node.count("pendingCalls"), 0);
  assert.equal(node.count("totalCalls"), 5, "two went in twice");
  assert.equal(node.record(DB, key)?.header.rsn, 5n);
  made.run(10_000);
  assert.equal(made.clock.pending, 0);
});

Deno.test("without FetchCollapse every call goes its own way", () => {
  const made = cluster(2);
  const node = made.node(0);
  node.tunables.set("FetchCollapse", 0);
  for (let i = 0; i < 2; i++) node.call(node.connect(), DB, keyOf(1, 2));
  assert.deepEqual(route(made), ["0>1 REQ_CALL", "0>1 REQ_CALL"]);
  made.run();
  assert.equal(node.count("pendingCalls"), 0);
});

Deno.test("those who wait behind a call that hangs go on after 30 s", () => {
  const made = cluster(2);
  const node = made.node(0);
  made.setFlags(1, NodeFlag.DISCONNECTED);
  const key = keyOf(1, 2);
  node.call(node.connect(), DB, key);
  node.call(node.connect(), DB, key);
  made.run(29_999);
  assert.equal(route(made).length, 1);
  made.run(1);
  assert.equal(route(made).length, 2, "the second call was sent by itself");
});

Deno.test("a client that dies in mid-call: the record is stored all the same, nobody is lost", () => {
  const made = cluster(2);
  const key = keyOf(1, 2);
  const [node, owner] = made.nodes as [typeof made.nodes[0], typeof made.nodes[0]];
  owner.call(owner.connect(), DB, key);
  made.run();
  owner.write(DB, key, "precious");
  const dying = node.connect();
  const waiting = node.connect();
  node.call(dying, DB, key, { callid: CallId.FETCH });
  node.call(waiting, DB, key, { callid: CallId.FETCH });
  node.disconnect(dying);
  assert.equal(node.count("pendingCalls"), 0);
  made.run();
  assert.equal(node.record(DB, key)?.data, "precious");
  assert.equal(node.record(DB, key)?.header.dmaster, 0);
  assert.equal(dying.received.length, 0);
  const [reply] = waiting.received;
  assert.ok(reply?.operation === Operation.REPLY_CALL);
  assert.equal(text(reply.data), "precious");
  assert.equal(node.count("pendingCalls"), 0);
});

Deno.test("a chain that a client holds: retries, then one helper for all who wait, in order", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  assert.ok(smbd.tryChainLock(bytes("busy")));
  const clients = [node.connect(), node.connect(), node.connect()];
  for (const client of clients) node.call(client, DB, "busy");
  assert.equal(node.count("pendingCalls"), 0);
  made.run(50);
  assert.equal(node.count("locks.current"), 1, "one helper");
  assert.deepEqual(clients.map(({ received }) => received.length), [0, 0, 0]);
  smbd.chainUnlock(bytes("busy"));
  made.run(10);
  assert.deepEqual(clients.map(({ received }) => received.length), [1, 1, 1]);
  assert.equal(node.count("locks.current"), 0);
  assert.equal(node.count("locks.pending"), 0);
  assert.ok(smbd.tryChainLock(bytes("busy")), "the chain is free again");
  assert.equal(node.database(DB).parking.packets, 0);
  assert.equal(keyWaits.of(node.database(DB)).size, 0);
});

Deno.test("a lock that is not granted is told every 10 s, with who holds it", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd 4711", DB);
  smbd.chainLock(bytes("busy"));
  node.call(node.connect(), DB, "busy");
  made.run(20_500);
  smbd.chainUnlock(bytes("busy"));
  made.run(20_000);
  const lines = node.lines.filter((line) => line.startsWith("unable to lock"));
  assert.equal(lines.length, 2);
  assert.match(
    lines[0]!,
    /^unable to lock record in vol.tdb for 10 seconds: helper \d+, .*smbd 4711/,
  );
  assert.match(lines[1]!, /for 20 seconds/);
});

Deno.test("a lock that is free again at once needs no helper", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const client = node.connect();
  node.call(client, DB, "k");
  made.run(1);
  smbd.chainUnlock(bytes("k"));
  made.run(2);
  assert.equal(client.received.length, 1);
  assert.equal(node.count("locks.granted"), 1);
  assert.equal(node.count("locks.current"), 0);
});

Deno.test("a helper that cannot start is tried again", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  node.storage.faults.helpersFail = true;
  const client = node.connect();
  node.call(client, DB, "k");
  made.run(50);
  assert.equal(node.count("locks.failed"), 1);
  node.storage.faults.helpersFail = false;
  smbd.chainUnlock(bytes("k"));
  made.run(200);
  assert.equal(client.received.length, 1);
});

for (const [limit, helpers] of [[200, 2], [1, 1]] as const) {
  Deno.test(`400 records of a held file are waited for by ${helpers} helpers, LockProcessesPerDB ${limit}`, () => {
    const made = cluster(1);
    const node = made.node(0);
    node.tunables.set("LockProcessesPerDB", limit);
    const smbd = node.openAs("smbd", DB);
    smbd.lockAll();
    const clients = Array.from({ length: 400 }, () => node.connect());
    clients.forEach((client, i) => node.call(client, DB, `key${i}`));
    made.run(12_000);
    assert.equal(node.count("locks.current"), helpers);
    assert.equal(node.count("locks.pending"), 400 - helpers);
    smbd.unlockAll();
    made.run(50);
    assert.ok(clients.every(({ received }) => received.length === 1));
    assert.equal(node.count("locks.current"), 0);
    assert.equal(node.count("locks.pending"), 0);
  });
}

Deno.test("who waits without a helper is let in when its own chain is free", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  const held = ["a", "b", "c"];
  for (const key of held) smbd.chainLock(bytes(key));
  const clients = held.map(() => node.connect());
  clients.forEach((client, i) => node.call(client, DB, held[i]!));
  made.run(1000);
  assert.equal(node.count("locks.current"), 2);
  smbd.chainUnlock(bytes("c"));
  made.run(20);
  assert.deepEqual(clients.map(({ received }) => received.length), [0, 0, 1]);
  smbd.chainUnlock(bytes("a"));
  smbd.chainUnlock(bytes("b"));
  made.run(20);
  assert.deepEqual(clients.map(({ received }) => received.length), [1, 1, 1]);
  assert.equal(node.count("locks.current"), 0);
});

Deno.test("a call does not overtake a hand-over of its key that waits for the chain", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  made.node(1).call(made.node(1).connect(), DB, key);
  made.run();
  const asker = made.node(2);
  asker.call(asker.connect(), DB, key);
  made.run();
  made.seen.length = 0;
  // Node 1 wants it back; the lmaster cannot lock when node 2 hands it over, as a client is there.
  const smbd = made.node(0).openAs("smbd", DB);
  made.node(1).call(made.node(1).connect(), DB, key);
  while (!route(made).includes("2>0 REQ_DMASTER")) {
    assert.ok(made.clock.step(made.clock.now()));
  }
  smbd.chainLock(bytes(key));
  made.run(0);
  const own = made.node(0);
  const client = own.connect();
  own.records.packetFromNode(made.seen[0]!.frame);
  assert.equal(pendingDmaster.of(own.database(DB)).size, 1);
  assert.deepEqual(route(made), ["1>0 REQ_CALL", "0>2 REQ_CALL", "2>0 REQ_DMASTER"]);
  smbd.chainUnlock(bytes(key));
  made.run(1);
  assert.equal(pendingDmaster.of(own.database(DB)).size, 0);
  // The parked call went on behind the hand-over: straight to the new owner.
  assert.deepEqual(route(made).slice(3), ["0>1 REPLY_DMASTER", "0>1 REQ_CALL", "1>1 REPLY_CALL"]);
  own.disconnect(client);
});

Deno.test("packets of another generation, or at a banned node, are dropped", () => {
  const made = cluster(2);
  const key = keyOf(1, 2);
  const node = made.node(0);
  node.call(node.connect(), DB, key);
  made.node(1).generation = 101;
  made.run();
  assert.deepEqual(route(made), ["0>1 REQ_CALL"]);
  made.node(1).generation = 100;
  made.setFlags(1, NodeFlag.BANNED);
  made.node(1).records.packetFromNode(made.seen[0]!.frame);
  made.run();
  assert.deepEqual(route(made), ["0>1 REQ_CALL"]);
});

Deno.test("a call on a database that the owner has not got: an error, and no reply", () => {
  const made = new FakeCluster(new VirtualClock(), 2);
  made.attach(DB, "DB_ATTACH");
  made.node(0).tunables.set("AllowClientDBAttach", 0);
  made.node(1).tunables.set("AllowClientDBAttach", 0);
  const { id } = made.node(1).database(DB);
  made.node(1).control("DB_DETACH", id);
  made.seen.length = 0;
  const node = made.node(0);
  const client = node.connect();
  node.call(client, DB, keyOf(1, 2));
  made.run();
  assert.deepEqual(route(made), ["0>1 REQ_CALL", "1>0 REPLY_ERROR"]);
  const error = made.seen[1]!.packet;
  assert.ok(error.operation === Operation.REPLY_ERROR);
  assert.equal(error.message, "Unknown database in request. db_id==0x900f773e");
  assert.equal(client.received.length, 0);
  assert.equal(node.count("pendingCalls"), 0);
});

Deno.test("a hand-over from a node that is not the owner forces a recovery", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  made.node(0).put(DB, key, { rsn: 6n, dmaster: 1 }, "x");
  made.node(2).put(DB, key, { rsn: 6n, dmaster: 2 }, "y");
  made.node(1).put(DB, key, { rsn: 6n, dmaster: 2 }, "x");
  made.node(1).call(made.node(1).connect(), DB, key);
  made.run();
  assert.deepEqual(route(made), ["1>2 REQ_CALL", "2>0 REQ_DMASTER"]);
  assert.equal(made.node(0).recoveries.length, 1);
});

Deno.test("a node that cannot store what it gives away stops rather than go on", () => {
  const made = cluster(2);
  const key = keyOf(1, 2);
  made.node(0).call(made.node(0).connect(), DB, key);
  const { tdb } = made.node(1).database(DB);
  tdb.store = () => {
    throw new TdbError("store", DB, "IO");
  };
  assert.throws(() => made.run(), FatalError);
});

Deno.test("malformed frames are dropped", () => {
  const made = cluster(1);
  const node = made.node(0);
  const client = node.connect();
  node.call(client, DB, "key");
  node.records.callFromClient(new Uint8Array(40), client);
  node.records.packetFromNode(new Uint8Array(8));
  const frame = made.nodes[0]!.clients.size; // the client is still served
  assert.equal(frame, 1);
  node.call(client, DB, "key");
  assert.equal(client.received.length, 2);
});

Deno.test("read-only copies: delegated, and called back before the record is written", () => {
  const made = cluster(3);
  const key = keyOf(1, 3);
  for (const node of made.nodes) node.ask("SET_DB_READONLY", node.database(DB).id);
  const owner = made.node(1);
  const writer = owner.connect();
  owner.call(writer, DB, key);
  made.run();
  owner.write(DB, key, "shared");
  for (const pnn of [0, 2]) {
    const reader = made.node(pnn);
    const client = reader.connect();
    reader.call(client, DB, key, { callid: CallId.FETCH, flags: 4 });
    made.run();
    const [reply] = client.received;
    assert.ok(reply?.operation === Operation.REPLY_CALL);
    assert.equal(text(reply.data), "shared");
    const flags = RecordFlag.RO_HAVE_READONLY;
    assert.deepEqual(reader.record(DB, key)?.header, { rsn: 3n, dmaster: 1, flags });
  }
  const flags = RecordFlag.RO_HAVE_DELEGATIONS;
  assert.deepEqual(owner.record(DB, key)?.header, { rsn: 5n, dmaster: 1, flags });
  assert.deepEqual(owner.database(DB).tracking?.holders(bytes(key)), [0, 2]);

  owner.call(writer, DB, key);
  assert.equal(writer.received.length, 1);
  made.run(100);
  assert.equal(writer.received.length, 2);
  assert.deepEqual(owner.record(DB, key)?.header, { rsn: 8n, dmaster: 1, flags: 0 });
  assert.deepEqual(owner.database(DB).tracking?.holders(bytes(key)), []);
  for (const pnn of [0, 2]) {
    const header = { rsn: 4n, dmaster: 1, flags: RecordFlag.MIGRATED_WITH_DATA };
    assert.deepEqual(made.node(pnn).record(DB, key)?.header, header);
  }
  assert.equal(owner.count("totalRoRevokes"), 1);
  assert.equal(revokes.of(owner.database(DB)).size, 0);
});

Deno.test("who waits for a revoke that failed keeps his place until it is tried again", () => {
  const made = cluster(3);
  const key = keyOf(1, 3);
  for (const node of made.nodes) node.ask("SET_DB_READONLY", node.database(DB).id);
  const owner = made.node(1);
  owner.call(owner.connect(), DB, key);
  made.run();
  owner.write(DB, key, "shared");
  made.node(0).call(made.node(0).connect(), DB, key, { callid: CallId.FETCH, flags: 4 });
  made.run();
  assert.deepEqual(owner.database(DB).tracking?.holders(bytes(key)), [0]);

  // The holder of the copy cannot be reached: the revoke fails, and those who write wait a second.
  made.setFlags(0, NodeFlag.DISCONNECTED);
  const writers = [owner.connect(), owner.connect(), owner.connect()];
  for (const writer of writers) owner.call(writer, DB, key);
  made.run(100);
  const db = owner.database(DB);
  assert.equal(revokes.of(db).size, 0, "the revoke has ended");
  assert.deepEqual(writers.map(({ received }) => received.length), [0, 0, 0]);
  assert.equal(db.parking.packets, writers.length, "a place that is given back is no bound");

  made.setFlags(0, 0);
  made.run(2000);
  assert.deepEqual(writers.map(({ received }) => received.length), [1, 1, 1]);
  assert.equal(db.parking.packets, 0);
});

Deno.test("a call that finds no place costs its client the connection, not an endless wait", () => {
  const made = cluster(1);
  const node = made.node(0);
  const smbd = node.openAs("smbd", DB);
  smbd.chainLock(bytes("k"));
  const { parking } = node.database(DB);
  // Somebody else has all places but one.
  while (parking.take(0)) { /* Until none is left. */ }
  parking.give(0);
  const [first, second] = [node.connect(), node.connect()];
  node.call(first, DB, "k");
  node.call(second, DB, "k");
  made.run(1);
  assert.equal(first.closed, undefined);
  assert.match(second.closed ?? "", /^call on vol.tdb cannot be served: packets parked: \d+$/);
});

Deno.test("the databases of a node share the places for parked packets", () => {
  const made = cluster(1);
  const node = made.node(0);
  made.attach("other.tdb", "DB_ATTACH");
  const one = node.database(DB).parking;
  const other = node.database("other.tdb").parking;
  let taken = 0;
  const share = 64 * 1024 * 1024;
  while (one.take(share)) taken++;
  while (other.take(share)) taken++;
  assert.equal(taken * share, 256 * 1024 * 1024);
  one.give(share);
  assert.equal(other.take(share), false, "its own bound");
  assert.equal(one.take(share), true);
});
