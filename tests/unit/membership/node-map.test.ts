import assert from "node:assert/strict";
import { InvariantError } from "../../../lib/base/mod.ts";
import { NodeMap, NodeMapError, type NodesFileEntry } from "../../../lib/membership/mod.ts";
import { NodeFlag } from "../../../lib/wire/mod.ts";

const { BANNED, DELETED, DISCONNECTED, STOPPED, UNHEALTHY } = NodeFlag;

/** Addresses in the order of their pnns; `#` stands for a deleted line. */
function entries(...addresses: string[]): NodesFileEntry[] {
  return addresses.map((address, pnn) => ({ pnn, address, deleted: address === "#" }));
}

Deno.test("a fresh map: nodes unknown and unhealthy, deleted lines keep their number", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "#", "10.0.0.3"));
  assert.equal(nodes.identify("10.0.0.3"), 2);
  assert.equal(nodes.flags(0), DISCONNECTED | UNHEALTHY);
  assert.equal(nodes.flags(1), DISCONNECTED | DELETED);
  assert.equal(nodes.get(1)?.address, "0.0.0.0");
  assert.equal(nodes.ownFlags, UNHEALTHY);
  assert.deepEqual(nodes.notDeleted(), [0, 2]);
  assert.deepEqual(nodes.connected(), [2]);
});

Deno.test("an address that is not in the nodes file names nobody", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "#"));
  assert.throws(() => nodes.identify("10.0.0.9"), NodeMapError);
  assert.throws(() => nodes.identify("0.0.0.0"), NodeMapError);
});

Deno.test("broadcasts leave out who is stopped, banned, away or deleted", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"));
  nodes.identify("10.0.0.1");
  for (const pnn of [1, 2, 3]) nodes.linkUp(pnn);
  nodes.adopt(1, STOPPED);
  nodes.adopt(2, BANNED);
  assert.deepEqual(nodes.active(), [0, 3]);
  assert.deepEqual(nodes.connected(), [0, 1, 2, 3]);
  assert.equal(nodes.isInactive(7), true);
});

Deno.test("each fact has its teller: the transport, the node itself, and others about others", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "10.0.0.2"));
  nodes.identify("10.0.0.1");
  assert.equal(nodes.adopt(1, 0), true);
  assert.equal(nodes.flags(1), DISCONNECTED, "who is connected nobody else can tell");
  assert.equal(nodes.linkUp(1), true);
  assert.equal(nodes.linkUp(1), false);
  assert.equal(nodes.adopt(1, DISCONNECTED | STOPPED), true);
  assert.equal(nodes.flags(1), STOPPED);
  assert.equal(nodes.linkDown(1), true);
  assert.equal(nodes.flags(1), STOPPED | DISCONNECTED | UNHEALTHY);
  assert.equal(nodes.changeOwn(STOPPED, UNHEALTHY), true);
  assert.equal(nodes.ownFlags, STOPPED);
  assert.throws(() => nodes.adopt(0, 0), InvariantError);
});

Deno.test("a changed nodes file keeps the flags of who stays and forgets who has moved", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "10.0.0.2", "10.0.0.3"));
  nodes.identify("10.0.0.1");
  for (const pnn of [1, 2]) {
    nodes.linkUp(pnn);
    nodes.adopt(pnn, 0);
  }
  nodes.reload(entries("10.0.0.1", "10.0.0.2", "10.0.0.9", "10.0.0.4"));
  assert.deepEqual(nodes.all().map((node) => node.flags), [
    UNHEALTHY,
    0,
    DISCONNECTED | UNHEALTHY,
    DISCONNECTED | UNHEALTHY,
  ]);
  nodes.reload(entries("10.0.0.1", "#"));
  assert.deepEqual(nodes.all().map((node) => node.flags), [UNHEALTHY, DISCONNECTED | DELETED]);
});
