import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  type Connection,
  decodeControlRequest,
  parseSocketAddress,
} from "../../../lib/wire/mod.ts";
import { entry, Fixture } from "./fake-host.ts";

const A = "10.0.0.1";
const server = parseSocketAddress(A);

function connection(client: string, port = 445, address = A): Connection {
  return { src: parseSocketAddress(client, 50000), dst: parseSocketAddress(address, port) };
}

function listed(node: Fixture, port = 0): string[] {
  const list = node.control("GET_TCP_TICKLE_LIST", { ...server, port }).reply;
  return (list?.connections ?? []).map(({ src }) => src.address);
}

function lists(node: Fixture): { destination: number; clients: string[] }[] {
  return node.host.controls.filter(({ name }) => name === "SET_TCP_TICKLE_LIST")
    .map(({ destination, data }) => {
      const { connections } = decodeControlRequest("SET_TCP_TICKLE_LIST", { srvid: 0n, data });
      return { destination, clients: connections.map(({ src }) => src.address) };
    });
}

Deno.test("TCP_CLIENT on the holder is told to all nodes, itself included", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  assert.equal(node.control("TCP_CLIENT", connection("10.1.1.1")).status, 0);
  assert.deepEqual(node.host.controls.map(({ destination, name }) => ({ destination, name })), [
    { destination: BROADCAST_CONNECTED, name: "TCP_ADD" },
  ]);
  assert.deepEqual(listed(node), [], "the node hears its own broadcast like the others");
  assert.equal(node.control("TCP_ADD", connection("10.1.1.1")).status, 0);
  assert.deepEqual(listed(node), ["10.1.1.1"]);
});

Deno.test("TCP_CLIENT elsewhere: held by another node -1, no public address 0", () => {
  const node = new Fixture([entry(A)]);
  assert.equal(node.control("TCP_CLIENT", connection("10.1.1.1")).status, -1);
  assert.equal(node.control("TCP_CLIENT", connection("10.1.1.1", 445, "10.9.9.9")).status, 0);
  const none = new Fixture([]);
  assert.equal(none.control("TCP_CLIENT", connection("10.1.1.1")).status, 0);
  assert.equal(node.host.controls.length, 0);
});

Deno.test("TCP_CLIENT is for local clients", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  const given = connection("10.1.1.1");
  assert.equal(node.control("TCP_CLIENT", given, { srcnode: 0 }).status, -1);
  assert.equal(node.control("TCP_CLIENT", given, { clientId: 0 }).status, -1);
});

Deno.test("IPv4-mapped ends are the IPv4 ones", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.control("TCP_ADD", {
    src: { family: 6, address: "::ffff:10.1.1.1", port: 50000 },
    dst: { family: 6, address: `::ffff:${A}`, port: 445 },
  });
  node.control("TCP_ADD", connection("10.1.1.1"));
  assert.deepEqual(listed(node), ["10.1.1.1"]);
});

Deno.test("changed lists of held addresses go out every TickleUpdateInterval", () => {
  const node = new Fixture([entry(A), entry("10.0.0.2")]);
  node.addresses.start();
  node.hold(A);
  node.host.clock.advance(20_000);
  // The takeover emptied the list, which the others must hear.
  assert.deepEqual(lists(node), [{ destination: BROADCAST_ALL, clients: [] }]);
  node.control("TCP_ADD", connection("10.1.1.1"));
  node.host.clock.advance(20_000);
  assert.equal(lists(node).length, 1, "everybody got that broadcast");
  node.control("TCP_ADD_DELAYED_UPDATE", connection("10.1.1.2"));
  node.control("TCP_ADD_DELAYED_UPDATE", connection("10.1.1.3", 445, "10.0.0.2"));
  node.host.clock.advance(20_000);
  assert.deepEqual(lists(node).slice(1), [
    { destination: BROADCAST_ALL, clients: ["10.1.1.1", "10.1.1.2"] },
  ]);
  node.control("TCP_REMOVE", connection("10.1.1.1"));
  node.host.clock.advance(60_000);
  assert.deepEqual(lists(node).slice(2), [{ destination: BROADCAST_ALL, clients: ["10.1.1.2"] }]);
  node.addresses.stop();
  assert.equal(node.host.clock.pending, 0);
});

Deno.test("STARTUP of a node: it gets all lists, changed or not", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.control("TCP_ADD", connection("10.1.1.1"));
  node.control("STARTUP", undefined);
  assert.deepEqual(lists(node).map(({ clients }) => clients), [["10.1.1.1"]]);
});

Deno.test("a list from the holder replaces ours, unless we are the holder", () => {
  const node = new Fixture([entry(A)]);
  node.control("TCP_ADD", connection("10.1.1.1"));
  const set = { address: server, connections: [connection("10.1.1.2")] };
  assert.equal(node.control("SET_TCP_TICKLE_LIST", set).status, 0);
  assert.deepEqual(listed(node), ["10.1.1.2"]);
  node.hold(A);
  assert.equal(node.control("SET_TCP_TICKLE_LIST", set).status, 0);
  assert.deepEqual(listed(node), []);
  const unknown = parseSocketAddress("10.9.9.9");
  assert.equal(node.control("SET_TCP_TICKLE_LIST", { ...set, address: unknown }).status, 1);
  assert.equal(node.control("GET_TCP_TICKLE_LIST", unknown).status, 1);
});

Deno.test("a takeover tickles the clients of the address three times and forgets them", () => {
  const node = new Fixture([entry(A)]);
  node.control("TCP_ADD", connection("10.1.1.1"));
  node.hold(A);
  assert.deepEqual(listed(node), []);
  node.host.clock.advance(5000);
  assert.deepEqual(node.host.tickled, new Array(3).fill(`${A}:445 10.1.1.1:50000`));
});

Deno.test("a release ends the tickles", () => {
  const node = new Fixture([entry(A)]);
  node.control("TCP_ADD", connection("10.1.1.1"));
  node.hold(A);
  node.release(A, 0);
  node.host.clock.advance(5000);
  assert.equal(node.host.tickled.length, 1);
});

Deno.test("a port selects the connections to that port", () => {
  const node = new Fixture([entry(A)]);
  node.control("TCP_ADD", connection("10.1.1.1", 445));
  node.control("TCP_ADD", connection("10.1.1.2", 2049));
  assert.deepEqual(listed(node, 2049), ["10.1.1.2"]);
  assert.deepEqual(listed(node), ["10.1.1.1", "10.1.1.2"]);
});

Deno.test("a client that goes takes its connections with it, but only from the holder", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  for (const client of ["10.1.1.1", "10.1.1.2", "10.1.1.3"]) {
    node.control("TCP_CLIENT", connection(client));
    node.control("TCP_ADD", connection(client));
  }
  assert.equal(node.control("TCP_CLIENT_PASSED", connection("10.1.1.2")).status, 0);
  node.addresses.clientGone(8);
  assert.equal(listed(node).length, 3);
  node.addresses.clientGone(7);
  assert.deepEqual(listed(node), ["10.1.1.2"]);

  const former = new Fixture([entry(A)]);
  former.hold(A);
  former.control("TCP_CLIENT", connection("10.1.1.1"));
  former.control("TCP_ADD", connection("10.1.1.1"));
  former.release(A, 0);
  former.endEvent();
  former.addresses.clientGone(7);
  assert.deepEqual(listed(former), ["10.1.1.1"]);
});

Deno.test("TCP_CLIENT_DISCONNECTED is told to all only if it was registered here", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.control("TCP_CLIENT", connection("10.1.1.1"));
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.9")).status, 0);
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.1")).status, 0);
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.1")).status, 0);
  assert.deepEqual(node.host.controls.map(({ name }) => name), ["TCP_ADD", "TCP_REMOVE"]);
});

Deno.test("TCP_CLIENT_DISCONNECTED while its address leaves the node is told to nobody", () => {
  const node = new Fixture([entry(A)]);
  const told = () =>
    node.host.controls.map(({ name }) => name).filter((name) => name !== "TCP_ADD");
  node.hold(A);
  for (const client of ["10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4"]) {
    node.control("TCP_CLIENT", connection(client));
    node.control("TCP_ADD", connection(client));
  }
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.4")).status, 0);
  assert.deepEqual(told(), ["TCP_REMOVE"]);
  node.control("TCP_REMOVE", connection("10.1.1.4"));
  // smbd reports what the event has killed, some of it before the event ends, some afterwards.
  node.release(A, 0);
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.1")).status, 0);
  node.endEvent();
  assert.equal(node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.2")).status, 0);
  assert.deepEqual(told(), ["TCP_REMOVE"]);
  assert.deepEqual(listed(node).sort(), ["10.1.1.1", "10.1.1.2", "10.1.1.3"]);
});

Deno.test("a release that failed is over: what disconnects then is told to all", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.control("TCP_CLIENT", connection("10.1.1.1"));
  node.release(A, 0);
  node.host.running[0]!.end(1);
  node.control("TCP_CLIENT_DISCONNECTED", connection("10.1.1.1"));
  assert.deepEqual(node.host.controls.map(({ name }) => name), ["TCP_ADD", "TCP_REMOVE"]);
});

Deno.test("TCP_ADD to an unknown address -1, TCP_REMOVE of anything 0", () => {
  const node = new Fixture([entry(A)]);
  const unknown = connection("10.1.1.1", 445, "10.9.9.9");
  assert.equal(node.control("TCP_ADD", unknown).status, -1);
  assert.equal(node.control("TCP_REMOVE", unknown).status, 0);
  assert.equal(node.control("TCP_REMOVE", connection("10.1.1.1")).status, 0);
});

Deno.test("a list is the set of what was added and not removed", () => {
  const step = fc.record({ add: fc.boolean(), host: fc.integer({ min: 1, max: 6 }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const node = new Fixture([entry(A)]);
    const model = new Set<string>();
    for (const { add, host } of steps) {
      const client = `10.1.1.${host}`;
      node.control(add ? "TCP_ADD" : "TCP_REMOVE", connection(client));
      if (add) model.add(client);
      else model.delete(client);
    }
    assert.deepEqual(listed(node).sort(), [...model].sort());
  }));
});
