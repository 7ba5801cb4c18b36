import assert from "node:assert/strict";
import fc from "fast-check";
import { ctdbFormat, sambaFormat } from "../../../lib/client/mod.ts";
import { type ServerId, WireError } from "../../../lib/wire/mod.ts";

const serverIds: fc.Arbitrary<ServerId> = fc.record({
  pid: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
  taskId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  vnn: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  uniqueId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
}, { noNullPrototype: true });
const owner: ServerId = { pid: 4711n, taskId: 1, vnn: 2, uniqueId: 99n };

Deno.test("the ctdb format keeps readers and writer, and is empty when nobody holds the lock", () => {
  const unlocked = ctdbFormat.parse(new Uint8Array());
  assert.deepEqual(unlocked, { writer: undefined, readers: [] });
  assert.equal(ctdbFormat.withWriter(unlocked, undefined).length, 0);
  fc.assert(fc.property(fc.array(serverIds), fc.option(serverIds), (readers, writer) => {
    const wanted = writer ?? undefined;
    const value = ctdbFormat.withWriter({ readers, writer: undefined }, wanted);
    assert.equal(value.length, 32 * (readers.length + (writer === null ? 0 : 1)));
    assert.deepEqual(ctdbFormat.parse(value), { writer: wanted, readers });
  }));
});

Deno.test("the ctdb format starts with the type: 1 for a writer", () => {
  const value = ctdbFormat.withWriter({ readers: [], writer: undefined }, owner);
  assert.equal(
    value.toHex(),
    "0100000000000000" + "6712000000000000" + "01000000" + "02000000" + "6300000000000000",
  );
});

Deno.test("Samba's format keeps watchers, epochs and user data of others", () => {
  const watcher = new Uint8Array(32).fill(7);
  const state = {
    watchers: new Uint8Array([1, 0, 0, 0, ...watcher]),
    writer: undefined,
    readers: [owner],
    lockEpoch: 5n,
    dataEpoch: 6n,
    userData: new Uint8Array([1, 2, 3]),
  };
  fc.assert(fc.property(fc.option(serverIds), (writer) => {
    const wanted = writer ?? undefined;
    const parsed = sambaFormat.parse(sambaFormat.withWriter(state, wanted));
    assert.deepEqual(parsed, { ...state, writer: wanted, lockEpoch: 6n });
  }));
});

Deno.test("Samba's format reads an empty record, and one with watchers only, as unlocked", () => {
  assert.equal(sambaFormat.parse(new Uint8Array()).writer, undefined);
  const watched = new Uint8Array(4 + 32);
  watched[0] = 1;
  const state = sambaFormat.parse(watched);
  assert.deepEqual([state.writer, state.readers, state.watchers.length], [undefined, [], 36]);
});

Deno.test("both formats refuse counts that cannot be, and read nothing past the end", () => {
  assert.throws(() => sambaFormat.parse(new Uint8Array([255, 255, 255, 255])), WireError);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    for (const format of [ctdbFormat, sambaFormat]) {
      try {
        format.parse(bytes);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }
  }));
});
