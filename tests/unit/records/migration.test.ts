import assert from "node:assert/strict";
import { CallId, databaseId, Operation, RecordFlag, recordValue } from "../../../lib/wire/mod.ts";
import { bytes, FakeCluster, text } from "./support/fake-node.ts";
import { keyOf, route } from "./support/keys.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const DB = "vol.tdb";

function cluster(count: number): FakeCluster {
  const made = new FakeCluster(new VirtualClock(), count);
  made.attach(DB, "DB_ATTACH");
  return made;
}

Deno.test("a client on the lmaster creates a record: rsn 2, owner here, no packet", () => {
  const made = cluster(3);
  const node = made.node(1);
  const client = node.connect();
  const key = keyOf(1, 3);
  node.call(client, DB, key);
  made.run();
  assert.equal(client.received.length, 1);
  assert.deepEqual(node.record(DB, key), { header: { rsn: 2n, dmaster: 1, flags: 0 }, data: "" });
  assert.deepEqual(made.seen, []);
});

Deno.test("a record moves by the lmaster that owns it: two packets, rsn + 2 at the new owner", () => {
  const made = cluster(3);
  const key = keyOf(1, 3);
  const [owner, asker] = [made.node(1), made.node(2)];
  owner.call(owner.connect(), DB, key);
  made.run();
  owner.write(DB, key, "hello");
  const client = asker.connect();
  const reqid = asker.call(client, DB, key, { callid: CallId.FETCH });
  made.run();

  assert.deepEqual(route(made), ["2>1 REQ_CALL", "1>2 REPLY_DMASTER"]);
  const flags = RecordFlag.MIGRATED_WITH_DATA;
  assert.deepEqual(owner.record(DB, key)?.header, { rsn: 2n, dmaster: 2, flags });
  assert.deepEqual(asker.record(DB, key)?.header, { rsn: 4n, dmaster: 2, flags });
  const [reply] = client.received;
  assert.ok(reply?.operation === Operation.REPLY_CALL);
  assert.equal(reply.reqid, reqid);
  assert.equal(reply.destnode, 0);
  assert.equal(reply.srcnode, 2);
  assert.equal(text(reply.data), "hello");
  assert.equal(asker.requests.size, 1, "only the client's own id is left");
});

Deno.test("requester, lmaster and owner all different: redirect, REQ_DMASTER, REPLY_DMASTER", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  const owner = made.node(1);
  owner.call(owner.connect(), DB, key);
  made.run();
  owner.write(DB, key, "x");
  made.seen.length = 0;
  const asker = made.node(2);
  const client = asker.connect();
  asker.call(client, DB, key);
  made.run();
  assert.deepEqual(route(made), [
    "2>0 REQ_CALL",
    "0>1 REQ_CALL",
    "1>0 REQ_DMASTER",
    "0>2 REPLY_DMASTER",
  ]);
  const [first, redirected] = made.seen;
  assert.ok(first?.packet.operation === Operation.REQ_CALL);
  assert.ok(redirected?.packet.operation === Operation.REQ_CALL);
  assert.deepEqual(
    { ...redirected.packet, destnode: 0, hopcount: 0 },
    { ...first.packet, destnode: 0, hopcount: 0 },
  );
  assert.equal(redirected.packet.hopcount, 1);
  const rsn = made.node(1).record(DB, key)!.header.rsn;
  assert.equal(made.node(0).record(DB, key)!.header.rsn, rsn);
  assert.equal(asker.record(DB, key)!.header.rsn, rsn + 2n);
  for (const node of made.nodes) assert.equal(node.record(DB, key)!.header.dmaster, 2);
  assert.equal(client.received.length, 1);
  assert.equal(made.node(1).count("hop.1"), 1);
});

Deno.test("an empty record that was never filled leaves no trace on a node it migrates off", () => {
  const made = cluster(3);
  const key = keyOf(0, 3);
  const owner = made.node(1);
  owner.call(owner.connect(), DB, key);
  made.run();
  assert.equal(owner.record(DB, key)?.data, "");
  made.node(2).call(made.node(2).connect(), DB, key);
  made.run();
  assert.equal(owner.record(DB, key), undefined);
  assert.equal(made.node(0).record(DB, key)?.header.dmaster, 2);
});

Deno.test("a call between two nodes that each take the other for the owner wanders slowly", () => {
  const made = cluster(2);
  const key = keyOf(0, 2);
  const [lmaster, other] = [made.node(0), made.node(1)];
  const header = { rsn: 5n, flags: 0 };
  const file = (pnn: number) => made.node(pnn).database(DB).tdb;
  file(0).store(bytes(key), recordValue({ ...header, dmaster: 1 }, bytes("x")));
  file(1).store(bytes(key), recordValue({ ...header, dmaster: 0 }, bytes("x")));
  other.call(other.connect(), DB, key);
  made.run(2000);
  const hops = route(made).length;
  assert.ok(hops > 100, `it is not lost: ${hops}`);
  assert.ok(hops < 250, `hops in two seconds: ${hops}`);
  // The recovery that ends it finds a record of one owner.
  file(1).store(bytes(key), recordValue({ ...header, dmaster: 1 }, bytes("x")));
  made.run(100);
  assert.equal(lmaster.record(DB, key)!.header.dmaster, 1);
});

Deno.test("migrations of a key within a second count together, and the hottest keys are known", () => {
  const made = cluster(3);
  const key = keyOf(1, 3);
  const [one, two] = [made.node(1), made.node(2)];
  const clients = [one.connect(), two.connect()];
  const migrate = (times: number) => {
    for (let i = 0; i < times; i++) {
      for (const [which, node] of [one, two].entries()) {
        node.call(clients[which]!, DB, key);
        made.run();
      }
    }
  };
  const hottest = () =>
    two.ask("GET_DB_STATISTICS", databaseId(DB))!.hotKeys.filter(({ count }) => count > 0);
  migrate(1);
  assert.deepEqual(hottest(), [{ count: 1, key: bytes(key) }]);
  migrate(4);
  assert.deepEqual(hottest(), [{ count: 5, key: bytes(key) }]);
  made.clock.advance(2000);
  migrate(3);
  assert.deepEqual(hottest(), [{ count: 5, key: bytes(key) }]);
  migrate(3);
  assert.deepEqual(hottest(), [{ count: 6, key: bytes(key) }]);
});
