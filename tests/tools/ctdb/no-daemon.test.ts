/** Without a daemon: configuration, node list, and why there is no connection (`alone/`). */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { obeyFileInstruction, scenarioFiles, testScenario } from "../../../testing/scenario/mod.ts";

for (const { name, file } of scenarioFiles(new URL("./alone/", import.meta.url))) {
  Deno.test(`scenario: ${name}`, async (t) => {
    const WORK = await Deno.makeTempDir({ prefix: "ctdb-alone-" });
    const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: `${WORK}/cfg` };
    await testScenario(t, file, {
      places: { WORK },
      run: ({ words }) => runProgram(ctdb, words.slice(1), { program: "ctdb", env }),
      obey: (word, rest, input) => {
        if (!obeyFileInstruction(word, rest, input)) {
          throw new Error(`Read an instruction: ${word}`);
        }
        return Promise.resolve();
      },
    });
    await Deno.remove(WORK, { recursive: true });
  });
}

Deno.test("ctdb in test mode without CTDB_BASE ends as abort() does", async () => {
  const result = await runProgram(ctdb, ["status"], { env: { CTDB_TEST_MODE: "yes" } });
  assert.equal(result.exit, -6);
  assert.equal(result.stderr, "Broken CTDB setup, CTDB_BASE not set in test mode\n");
});
