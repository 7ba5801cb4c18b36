import assert from "node:assert/strict";
import { runSeed } from "./support/run-seed.ts";
import { FIRST_OVERTAKING_SEED } from "./support/scenario.ts";

/** More seeds than fit in everyday's tests: `CTDB_SIM_SEEDS=5000 deno task test`. */
const SEEDS = Number(Deno.env.get("CTDB_SIM_SEEDS") ?? 300);
/** Where to begin: other seeds find other faults. */
const FIRST_SEED = Number(Deno.env.get("CTDB_SIM_FROM") ?? 1);
/** Seeds in one test, so that a failure does not hide what the others find. */
const SEEDS_PER_TEST = 50;

/** A third as many once more, in which urgent packets pass others. */
const OVERTAKING_SEEDS = Math.ceil(SEEDS / 3);

for (
  const [first, seeds] of [
    [FIRST_SEED, SEEDS],
    [FIRST_OVERTAKING_SEED + FIRST_SEED, OVERTAKING_SEEDS],
  ] as const
) {
  for (let from = first; from < first + seeds; from += SEEDS_PER_TEST) {
    testSeeds(from, Math.min(from + SEEDS_PER_TEST, first + seeds));
  }
}

function testSeeds(from: number, end: number): void {
  Deno.test(`seeds ${from} to ${end - 1}: faults, and then peace`, async () => {
    let checks = 0;
    for (let seed = from; seed < end; seed++) {
      const { failure, summary } = await runSeed(seed);
      if (failure !== undefined) assert.fail(`\n${failure}`);
      assert.ok(summary!.checks > 0, `seed ${seed}: the watch has looked at nothing`);
      checks += summary!.checks;
    }
    // A schedule may be short; not all of them.
    assert.ok(checks > 100 * (end - from), `the watch has looked at next to nothing: ${checks}`);
  });
}
