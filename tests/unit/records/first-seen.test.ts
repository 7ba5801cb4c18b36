import assert from "node:assert/strict";
import { FirstSeen } from "../../../lib/records/sticky/first-seen.ts";

Deno.test("a key is known for as long as was asked for, and then seen for the first time again", () => {
  const seen = new FirstSeen();
  assert.equal(seen.note(7, 100, 1000), undefined);
  assert.equal(seen.note(7, 1100, 1000), 100);
  assert.equal(seen.note(7, 1101, 1000), undefined);
  assert.equal(seen.note(7, 1102, 1000), 1101);
});

Deno.test("hash 0 has not been seen before it was", () => {
  const seen = new FirstSeen();
  assert.equal(seen.note(0, 0, 1000), undefined);
  assert.equal(seen.note(0, 1, 1000), 0);
});

Deno.test("a key that has lost its place to others is only seen for the first time once more", () => {
  const seen = new FirstSeen();
  for (let hash = 0; hash < 10_000; hash++) assert.equal(seen.note(hash, 5, 1000), undefined);
  assert.equal(seen.note(0, 6, 1000), undefined);
  assert.equal(seen.note(0, 7, 1000), 6);
});
