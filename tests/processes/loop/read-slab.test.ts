import assert from "node:assert/strict";
import { MAX_SOCKET_TURN_BYTES, MAX_SOCKET_TURN_MS } from "../../../lib/limits/mod.ts";
import { type ReadShare, ReadSlab } from "../../../lib/loop/read-slab.ts";

/** The shares from `first` on when each takes `time_ms`. */
function sharesOf(slab: ReadSlab, first: ReadShare, time_ms: number): ReadShare[] {
  const shares = [first];
  while (shares.length < 6) shares.push(slab.after(shares.at(-1)!, time_ms));
  return shares;
}

Deno.test("read slab: a connection begins with little, and who is quick has twice as much", () => {
  const slab = new ReadSlab();
  const sizes = sharesOf(slab, slab.first, 0).map(({ bytes }) => bytes);
  assert.deepEqual(sizes, [4096, 8192, 16384, 32768, 65536, 65536]);
  assert.equal(slab.bytes.length, MAX_SOCKET_TURN_BYTES);
});

Deno.test("read slab: who takes long has half as much, and who is neither has the same", () => {
  const slab = new ReadSlab();
  const largest = sharesOf(slab, slab.first, 0).at(-1)!;
  const sizes = sharesOf(slab, largest, 2 * MAX_SOCKET_TURN_MS).map(({ bytes }) => bytes);
  assert.deepEqual(sizes, [65536, 32768, 16384, 8192, 4096, 4096]);
  assert.equal(slab.after(largest, MAX_SOCKET_TURN_MS / 2), largest);
});
