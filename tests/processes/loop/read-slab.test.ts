import assert from "node:assert/strict";
import { MAX_SOCKET_TURN_BYTES, MAX_SOCKET_TURN_MS } from "../../../lib/limits/mod.ts";
import { ReadSlab } from "../../../lib/loop/read-slab.ts";

Deno.test("read slab: who takes long has half as much read at a time, down to 4 KiB", () => {
  const slab = new ReadSlab();
  const sizes = [];
  for (
    let share = slab.largest;
    sizes.length < 6;
    share = slab.after(share, MAX_SOCKET_TURN_MS * 2)
  ) {
    sizes.push(share.bytes);
  }
  assert.deepEqual(sizes, [65536, 32768, 16384, 8192, 4096, 4096]);
  assert.equal(slab.bytes.length, MAX_SOCKET_TURN_BYTES);
});

Deno.test("read slab: who is quick again has more, and who is neither has the same", () => {
  const slab = new ReadSlab();
  const small = slab.after(slab.after(slab.largest, 10), 10);
  assert.equal(slab.after(small, MAX_SOCKET_TURN_MS / 2), small);
  assert.equal(slab.after(small, 0).bytes, 2 * small.bytes);
  assert.equal(slab.after(slab.largest, 0), slab.largest);
});
