import assert from "node:assert/strict";
import { allocate } from "../../../lib/failover/ipalloc/mod.ts";
import { addressWords, distance } from "../../../lib/failover/ipalloc/address-words.ts";
import { distances, vectors } from "./vectors.ts";

Deno.test("the vector file is complete", () => {
  assert.equal(vectors.length, 59);
  assert.equal(distances.length, 10);
});

for (const { name, input, expected } of vectors) {
  Deno.test(`ipalloc vector ${name}`, () => {
    const { assignments } = allocate(input);
    assert.deepEqual(assignments.map(({ address, pnn }) => ({ address, pnn })), expected);
  });
}

for (const sample of distances) {
  Deno.test(`LCP2 distance ${sample.a} ${sample.b}`, () => {
    const measured = distance(addressWords(sample.a), addressWords(sample.b));
    assert.equal(measured, sample.distance);
    assert.equal(measured ** 2, sample.squared);
  });
}
