import assert from "node:assert/strict";
import { InvariantError, nullLogger } from "../../../lib/base/mod.ts";
import { Faults } from "../../../lib/daemon/mod.ts";
import { PlacedMessage } from "../../../lib/wire/mod.ts";
import { type MessageTarget, SrvidRegistry } from "../../../lib/daemon/srvid-registry.ts";

class Aborted extends Error {}

/** A target that throws this when a message comes. */
function throwing(error: Error): MessageTarget {
  return {
    deliver: () => {
      throw error;
    },
  };
}

function setUp() {
  const faults = new Faults(nullLogger, () => {
    throw new Aborted();
  });
  return new SrvidRegistry({ generation: 1, pnn: 0 }, faults);
}

Deno.test("a target that throws costs the others nothing", () => {
  const registry = setUp();
  const got: string[] = [];
  registry.register(7n, { deliver: () => void got.push("first") });
  registry.register(7n, throwing(new TypeError("no")));
  registry.register(7n, { deliver: () => void got.push("newest") });
  registry.dispatch(PlacedMessage.of(7n, new Uint8Array()));
  assert.deepEqual(got, ["newest", "first"]);
});

Deno.test("a broken invariant in a target ends the daemon", () => {
  const registry = setUp();
  registry.register(7n, throwing(new InvariantError("broken")));
  assert.throws(() => registry.dispatch(PlacedMessage.of(7n, new Uint8Array())), Aborted);
});
