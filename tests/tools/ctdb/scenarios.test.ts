/**
 * The scenarios in `scenarios/`, on a daemon that answers from a state. `SCENARIOS=write deno task
 * test tools/ctdb/scenarios.test.ts` writes what is printed into them, to be looked at as a diff.
 */
import { scenarioFiles, testScenario } from "../../../testing/scenario/mod.ts";
import { FakeWorld } from "./support/fake-world.ts";

for (const { name, file } of scenarioFiles(new URL("./scenarios/", import.meta.url))) {
  Deno.test(`scenario: ${name}`, async (t) => {
    await using world = await FakeWorld.start();
    await testScenario(t, file, world);
  });
}
