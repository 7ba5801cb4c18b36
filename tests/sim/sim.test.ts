import assert from "node:assert/strict";
import { runSeed } from "./support/run-seed.ts";

/** More seeds than fit in everyday's tests: `CTDB_SIM_SEEDS=5000 deno task test`. */
const SEEDS = Number(Deno.env.get("CTDB_SIM_SEEDS") ?? 300);
/** Where to begin: other seeds find other faults. */
const FIRST_SEED = Number(Deno.env.get("CTDB_SIM_FROM") ?? 1);
/** Seeds in one test, so that a failure does not hide what the others find. */
const SEEDS_PER_TEST = 50;

for (let from = FIRST_SEED; from < FIRST_SEED + SEEDS; from += SEEDS_PER_TEST) {
  const end = Math.min(from + SEEDS_PER_TEST, FIRST_SEED + SEEDS);
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
