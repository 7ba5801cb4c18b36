import assert from "node:assert/strict";
import fc from "fast-check";
import { CoherenceJudge, RateSamples } from "../../../cli/ping_pong/report.ts";

const LAP = 4;

function judge(increments: readonly number[], instances?: number) {
  const judge = new CoherenceJudge(LAP);
  for (const increment of increments) judge.add(increment);
  return judge.verdict(instances);
}

/** `value` for as many visits as make up `laps`. */
function laps(value: number, laps: number): number[] {
  return Array<number>(Math.round(laps * LAP)).fill(value);
}

Deno.test("instances that join and leave one after the other are coherent", () => {
  const seen = [...laps(1, 2), ...laps(2, 0.5), ...laps(3, 5), ...laps(2, 0.25), ...laps(1, 3)];
  assert.equal(judge(seen).coherent, true);
  assert.equal(judge(seen, 3).coherent, true);
});

Deno.test("an instance that ends and is started again is coherent", () => {
  assert.equal(judge([...laps(2, 3), ...laps(1, 2), ...laps(2, 3)], 2).coherent, true);
});

Deno.test("an increment that comes back within a lap is incoherent", () => {
  const { coherent, words } = judge([...laps(2, 3), 1, ...laps(2, 3)], 2);
  assert.equal(coherent, false);
  assert.equal(words, "INCOHERENT: increments went 2, 1, 2 within one lap");
});

Deno.test("fewer writes than instances are incoherent", () => {
  const { coherent, words } = judge(laps(1, 5), 2);
  assert.deepEqual([coherent, words], [
    false,
    "INCOHERENT: writes of 1 of 2 instances came through",
  ]);
});

Deno.test("writes that never come back are incoherent", () => {
  assert.equal(judge(laps(0, 3)).coherent, false);
});

Deno.test("without reads nothing is claimed", () => {
  assert.deepEqual(judge([]), { coherent: true, words: "not tested: use -r and -w" });
});

Deno.test("any rise and fall is coherent; one foreign value in a settled run is not", () => {
  const run = fc.nat({ max: 3 * LAP }).map((length) => length + 1);
  fc.assert(fc.property(
    fc.array(run, { minLength: 1, maxLength: 5 }),
    fc.nat({ max: 5 }),
    fc.integer({ min: 1, max: 100 }),
    (lengths, falls, foreign) => {
      const rise = lengths.flatMap((length, at) => Array<number>(length).fill(at + 1));
      // All are there for a lap at least before the first one ends.
      rise.push(...laps(lengths.length, 1));
      const fall = Array.from({ length: Math.min(falls, lengths.length - 1) }, (_, at) => at);
      const seen = [...rise, ...fall.flatMap((at) => laps(lengths.length - 1 - at, 1))];
      assert.equal(judge(seen).coherent, true);
      const settled = [...seen, ...laps(1, 2)];
      assert.equal(judge([...settled, foreign + 1, ...laps(1, 1)]).coherent, false);
    },
  ));
});

Deno.test("percentiles are of the samples, the total is of the locks", () => {
  const rates = new RateSamples();
  for (let rate = 1; rate <= 100; rate++) rates.add(rate, 1000);
  assert.deepEqual(rates.percentiles([0, 5, 50, 95, 100]), [1, 5, 50, 95, 100]);
  assert.equal(rates.locks, 5050);
  assert.deepEqual(new RateSamples().percentiles([50]), [0]);
});
