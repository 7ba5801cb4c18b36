/**
 * The scenarios in `scenarios/`. `SCENARIOS=write deno task test tools/ctdb/scenarios.test.ts` writes
 * what is printed into them, to be looked at as a diff.
 */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { commandTable } from "../../../cli/ctdb/commands.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { healthyState } from "../../../testing/fake-daemon/fake-state.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { readSchemas, violations } from "./support/json-schema.ts";
import {
  applySettings,
  areExpected,
  parseScenario,
  resultLines,
  type Scenario,
  type Step,
  writeScenario,
} from "./support/scenario.ts";

const folder = new URL("./scenarios/", import.meta.url);
const write = Deno.env.get("SCENARIOS") === "write";
const page = await Deno.readTextFile(new URL("../../../docs/json.md", import.meta.url));
const { definitions, commands } = readSchemas(page);

/** Runs the steps of a scenario; returns it with what was printed where that was not expected. */
async function play(scenario: Scenario): Promise<Scenario> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-scenario-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  await Deno.writeTextFile(`${base}/nodes`, "192.168.20.41\n192.168.20.42\n192.168.20.43\n");
  try {
    await using daemon = await FakeDaemon.start(base, healthyState());
    const steps: Step[] = [];
    for (const step of scenario.steps) {
      daemon.state = applySettings(daemon.state, step.before);
      const [program, ...words] = wordsOf(step.line.replaceAll("BASE", base));
      assert.equal(program, "ctdb", step.line);
      const result = await runProgram(ctdb, words, { env, cwd: base });
      await checkDocument(words, result.stdout);
      const lines = resultLines(result).map((line) => line.replaceAll(base, "BASE"));
      steps.push(areExpected(lines, step.expected) ? step : { ...step, expected: lines });
    }
    return { ...scenario, steps };
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** Words as a shell has them, with quotes to hold blanks together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

/** Holds a document against the schema of the command that prints it. */
async function checkDocument(words: readonly string[], stdout: string): Promise<void> {
  if (!words.includes("--json") || stdout === "") return;
  const command = commandTable.find(({ name }) => words.includes(name));
  const schema = await command?.schema() ?? commands.get(command?.name ?? "");
  assert.ok(schema !== undefined, `no schema in docs/json.md: ${words.join(" ")}`);
  assert.deepEqual(violations(JSON.parse(stdout), schema, definitions), []);
}

for await (const { name } of Deno.readDir(folder)) {
  Deno.test(`scenario: ${name}`, async () => {
    const file = new URL(name, folder);
    const text = await Deno.readTextFile(file);
    const played = writeScenario(await play(parseScenario(text)));
    if (write) await Deno.writeTextFile(file, played);
    else assert.equal(played, text, "what was printed, and what the scenario says");
  });
}

Deno.test("a scenario is written as it was read, and anything stands for anything", () => {
  const text = "Prose\n\nflags 1=2\n$ ctdb x\n  a <any>\n  \n! b\nexit 3\n\nmore\n$ ctdb y\n";
  assert.equal(writeScenario(parseScenario(text)), text);
  const [first] = parseScenario(text).steps;
  const lines = resultLines({ stdout: "a 17\n\n", stderr: "b\n", exit: 3 });
  assert.ok(areExpected(lines, first!.expected), lines.join("\n"));
  assert.ok(
    !areExpected(resultLines({ stdout: "b 17\n\n", stderr: "b\n", exit: 3 }), first!.expected),
  );
  assert.throws(() => applySettings(healthyState(), ["fault GET_PID 1"]), /Read a setting/);
});
