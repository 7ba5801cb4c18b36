import assert from "node:assert/strict";
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
  for (const pnn of [1, 2, 3]) nodes.changeFlags(pnn, 0, DISCONNECTED);
  nodes.changeFlags(1, STOPPED, 0);
  nodes.changeFlags(2, BANNED, 0);
  assert.deepEqual(nodes.active(), [0, 3]);
  assert.deepEqual(nodes.connected(), [0, 1, 2, 3]);
  assert.equal(nodes.isInactive(7), true);
});

Deno.test("a changed nodes file keeps the flags of who stays and forgets who has moved", () => {
  const nodes = new NodeMap(entries("10.0.0.1", "10.0.0.2", "10.0.0.3"));
  nodes.identify("10.0.0.1");
  nodes.setFlags(1, 0);
  nodes.setFlags(2, 0);
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
