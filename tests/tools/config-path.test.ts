import assert from "node:assert/strict";
import { main as configMain } from "../../cli/ctdb-config.ts";
import { main as pathMain } from "../../cli/ctdb-path.ts";
import { ConfigPathWorld } from "../support/captured/config-path.ts";
import { expectation, loadCliVectors } from "../support/cli-vectors.ts";
import { expectedRun } from "../support/departures.ts";
import { runProgram } from "../../testing/process/program-io.ts";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";
import { runCommand } from "../../testing/process/command.ts";

const mains = { "ctdb-config": configMain, "ctdb-path": pathMain };
for (const [index, captured] of loadCliVectors("config-path").entries()) {
  const vector = expectedRun("config-path", index, captured);
  const [program = ""] = vector.argv;
  if (program !== "ctdb-config" && program !== "ctdb-path") continue;
  Deno.test(`captured run ${index}: ${vector.argv.join(" ")}`, async () => {
    await using world = new ConfigPathWorld();
    const { args, env, places } = world.prepare(vector);
    const result = await runProgram(mains[program], args, { program, env });
    assert.match(result.stdout, expectation(vector.stdout, places));
    assert.match(result.stderr, expectation(vector.stderr, places));
    assert.equal(result.exit, vector.exit);
  });
}

Deno.test("the directories that Samba 4.25 has in place of the run directory", async () => {
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: "/b" };
  const path = async (...args: string[]) => (await runProgram(pathMain, args, { env })).stdout;
  for (const name of ["lockdir", "piddir", "socketdir"]) {
    assert.equal(await path(name), await path("rundir"));
    assert.equal(await path(name, "append", "x/y"), await path("rundir", "append", "x/y"));
  }
});

Deno.test("a broken test mode ends the process by SIGABRT", async () => {
  const result = await runBinary(["config"], {
    program: "ctdb-path",
    env: { CTDB_TEST_MODE: "yes", CTDB_BASE: "" },
  });
  assert.deepEqual([result.stdout, result.exit], ["/ctdb.conf\n", 0]);
  const { CTDB_BASE: _, ...rest } = Deno.env.toObject();
  const bare = ["env", "-i", `PATH=${rest["PATH"]}`, "CTDB_TEST_MODE=yes"];
  const { exit, stderr } = await runCommand([...bare, ...binary("ctdb-path"), "config"]);
  assert.equal(exit, -6, "SIGABRT");
  assert.match(stderr, /^Broken CTDB setup, CTDB_BASE not set/);
});

function binary(program: string): string[] {
  return [...binaryCommand, program];
}
