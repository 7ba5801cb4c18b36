import assert from "node:assert/strict";
import fc from "fast-check";
import { CopyArena } from "../../../lib/base/mod.ts";

const LARGEST_BYTES = 1024;

Deno.test("copies: each stays what it was, whatever is copied after it", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 2 * LARGEST_BYTES })), (all) => {
    const arena = new CopyArena();
    const copies = all.map((bytes) => arena.copy(bytes));
    for (const bytes of copies) {
      assert.ok(bytes.byteOffset + bytes.length <= bytes.buffer.byteLength);
    }
    assert.deepEqual(copies.map((copy) => [...copy]), all.map((bytes) => [...bytes]));
  }));
});

Deno.test("copies: small ones share a piece of memory", () => {
  const arena = new CopyArena();
  const pieces = new Set<ArrayBufferLike>();
  for (let i = 0; i < 100; i++) pieces.add(arena.copy(new Uint8Array(LARGEST_BYTES)).buffer);
  assert.deepEqual([...pieces].map(({ byteLength }) => byteLength / 1024), Array(7).fill(16));
});
