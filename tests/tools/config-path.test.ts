import assert from "node:assert/strict";
import { main as configMain } from "../../cli/ctdb-config.ts";
import { main as pathMain } from "../../cli/ctdb-path.ts";
import { distributionDirs } from "../../lib/config/mod.ts";
import { expectation, loadCliVectors, substitute } from "../support/cli-vectors.ts";
import { expectedRun } from "../support/departures.ts";
import { runProgram } from "../../testing/process/program-io.ts";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";

const mains = { "ctdb-config": configMain, "ctdb-path": pathMain };
const { etcdir, rundir, vardir, datadir, logdir } = distributionDirs;
const directories = {
  ETCDIR: etcdir,
  RUNDIR: rundir,
  VARDIR: vardir,
  DATADIR: datadir,
  LOGDIR: logdir,
};

/** What stands in ctdb.conf; `undefined`: there is no file. */
function confText(setup: string): string | undefined {
  const quoted = /^ctdb\.conf contents: (".*")$/s.exec(setup)?.[1];
  if (quoted !== undefined) return JSON.parse(quoted) as string;
  return setup.startsWith("ctdb.conf contents") ? "[cluster]\n foo = bar\n" : undefined;
}

for (const [index, captured] of loadCliVectors("config-path").entries()) {
  const vector = expectedRun("config-path", index, captured);
  const [program = "", ...words] = vector.argv;
  if (program !== "ctdb-config" && program !== "ctdb-path") continue;
  Deno.test(`captured run ${index}: ${vector.argv.join(" ")}`, async () => {
    const work = Deno.makeTempDirSync({ prefix: "config-path-" });
    try {
      const places = { ...directories, WORK: work };
      Deno.mkdirSync(`${work}/cfg`);
      const text = confText(vector.setup);
      if (text !== undefined) {
        Deno.writeTextFileSync(`${work}/cfg/ctdb.conf`, substitute(text, places));
      }
      const env = Object.fromEntries(
        Object.entries(vector.env ?? {}).map(([key, value]) => [key, substitute(value, places)]),
      );
      const args = words.map((word) => substitute(word, places));
      const result = await runProgram(mains[program], args, { program, env });
      assert.match(result.stdout, expectation(vector.stdout, places));
      assert.match(result.stderr, expectation(vector.stderr, places));
      assert.equal(result.exit, vector.exit);
    } finally {
      Deno.removeSync(work, { recursive: true });
    }
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
  const child = new Deno.Command("env", {
    args: ["-i", `PATH=${rest["PATH"]}`, "CTDB_TEST_MODE=yes", ...binary("ctdb-path"), "config"],
  });
  const { signal, stderr } = await child.output();
  assert.equal(signal, "SIGABRT");
  assert.match(new TextDecoder().decode(stderr), /^Broken CTDB setup, CTDB_BASE not set/);
});

function binary(program: string): string[] {
  return [...binaryCommand, program];
}
