/** What the bench says of its samples. */
import assert from "node:assert/strict";
import { medianInterval } from "../../../bench/support/samples.ts";
import { SeededRandom } from "../../../testing/seeded-random.ts";

Deno.test("the interval of a median is that of the sign test", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1).reverse();
  assert.deepEqual(medianInterval(upTo(5)), [-Infinity, Infinity], "five values tell nothing");
  // As in the tables: the first value of 6 and 8, the 6th of 20, the 15th of 40.
  assert.deepEqual(medianInterval(upTo(6)), [1, 6]);
  assert.deepEqual(medianInterval(upTo(8)), [1, 8]);
  assert.deepEqual(medianInterval(upTo(20)), [6, 15]);
  assert.deepEqual(medianInterval(upTo(40)), [14, 27]);
});

Deno.test("19 of 20 such intervals hold the median of what was drawn from, however skewed", () => {
  const random = new SeededRandom(7);
  const rounds = 2000;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const values = Array.from({ length: 36 }, () => -Math.log(1 - random.between(0, 1)));
    const [low, high] = medianInterval(values);
    if (low <= Math.LN2 && Math.LN2 <= high) held++;
  }
  assert.ok(held / rounds > 0.94 && held / rounds < 0.985, `${held / rounds}`);
});
