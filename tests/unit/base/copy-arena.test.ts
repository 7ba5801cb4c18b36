import assert from "node:assert/strict";
import fc from "fast-check";
import { CopyArena } from "../../../lib/base/mod.ts";

const LARGEST_BYTES = 1024;

for (
  const [name, make] of [["usual", () => new CopyArena()], ["growing", CopyArena.growing]] as const
) {
  Deno.test(`copies, ${name}: each stays what it was, whatever is copied after it`, () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 2 * LARGEST_BYTES })), (all) => {
      const arena = make();
      const copies = all.map((bytes) => arena.copy(bytes));
      for (const bytes of copies) {
        assert.ok(bytes.byteOffset + bytes.length <= bytes.buffer.byteLength);
      }
      assert.deepEqual(copies.map((copy) => [...copy]), all.map((bytes) => [...bytes]));
    }));
  });
}

Deno.test("copies: what grows begins small, and takes larger pieces up to the usual one", () => {
  const arena = CopyArena.growing();
  const pieces = new Set<ArrayBufferLike>();
  for (let i = 0; i < 100; i++) pieces.add(arena.copy(new Uint8Array(LARGEST_BYTES)).buffer);
  const sizes = [...pieces].map(({ byteLength }) => byteLength / 1024);
  assert.deepEqual(sizes.slice(0, 4), [1, 4, 16, 16]);
});
