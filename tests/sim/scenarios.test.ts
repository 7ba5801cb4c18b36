/**
 * The scenarios in `scenarios/`: elections, recoveries and takeovers as texts, on virtual time. Each
 * says the same whatever the network does: they are played with several seeds. `SCENARIOS=write`
 * writes what the first one shows.
 */
import { scenarioFiles, testScenario, writesScenarios } from "../../testing/scenario/mod.ts";
import { SimWorld } from "./support/sim-world.ts";

const SEEDS = writesScenarios ? [1] : [1, 2, 3, 4, 5];

for (const { name, file } of scenarioFiles(new URL("./scenarios/", import.meta.url))) {
  Deno.test(`simulated scenario: ${name}`, async (t) => {
    for (const seed of SEEDS) {
      await t.step(`seed ${seed}`, (t) => testScenario(t, file, new SimWorld(seed)));
    }
  });
}
