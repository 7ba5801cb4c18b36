import assert from "node:assert/strict";
import { allocatedPerHop, CoreRing } from "../../../testing/core-ring.ts";

/*
 * What a hop takes of the heap, on all three nodes together. The collector's pauses are paid for by
 * this; a closure or an object more on the hot path shows here, before any clock shows it.
 */
const FETCH_BYTES = 6_000;
const MESSAGE_BYTES = 1_300;
/** Two records that move, one of them new, and what is said when both are closed. */
const OPEN_BYTES = 12_000;
/** Until V8 has compiled what is hot. */
const WARM_UP = 5_000;

Deno.test("a hop of a record, of a message and an open allocate little, each is answered", () => {
  using ring = new CoreRing();
  for (let turn = 0; turn < WARM_UP; turn++) {
    ring.fetchHop(turn);
    ring.messageHop(turn);
    ring.openHop(turn);
  }
  assert.equal(ring.replies, 3 * WARM_UP);
  assert.equal(ring.messages, WARM_UP);
  const fetch = allocatedPerHop(ring.fetchHop);
  assert.ok(fetch < FETCH_BYTES, `bytes a hop of a record: ${fetch}`);
  const message = allocatedPerHop(ring.messageHop);
  assert.ok(message < MESSAGE_BYTES, `bytes a hop of a message: ${message}`);
  const open = allocatedPerHop(ring.openHop);
  assert.ok(open < OPEN_BYTES, `bytes an open: ${open}`);
});
