/** A stranger adds a command of ctdb with nothing but `docs/contributing.md`. */
import assert from "node:assert/strict";
import { mustRun, runCommand } from "../../testing/process/command.ts";
import { documentBlocks } from "../../testing/process/document.ts";

const root = new URL("../../", import.meta.url).pathname;
const deno = Deno.execPath();
const GROUP = "cli/ctdb/commands/nodes";
const SCENARIO = "tests/tools/ctdb/scenarios/nodecount.txt";

/** What is made here and is in no clone (`.gitignore`). Git itself need not be installed. */
const NOT_CLONED = [".git", "node_modules", "build", "dist", "coverage"];

/** Copies what a clone has, changes included. */
async function cloneInto(directory: string): Promise<void> {
  const excluded = NOT_CLONED.map((name) => `--exclude=./${name}`);
  const archive = `${directory}.tar`;
  try {
    mustRun(["tar", "-C", root, ...excluded, "-cf", archive, "."]);
    mustRun(["tar", "-xf", archive, "-C", directory]);
  } finally {
    await Deno.remove(archive).catch(() => {});
  }
}

/** Does what the page says, with its blocks as they stand there. */
async function followThePage(clone: string): Promise<void> {
  const page = await Deno.readTextFile(`${clone}/docs/contributing.md`);
  const blocks = documentBlocks(page).map(({ text }) => text);
  const [declaration, code, scenario] = blocks as [string, string, string];
  const [top, entry] = declaration.split("\n\n") as [string, string];
  const file = `${clone}/${GROUP}/commands.ts`;
  const commands = await Deno.readTextFile(file);
  const list = commands.lastIndexOf("];");
  const before = commands.slice(0, list).replace(/^const \w+ = \(\) =>/m, `${top}\n$&`);
  await Deno.writeTextFile(file, `${before}${entry}${commands.slice(list)}`);
  await Deno.writeTextFile(`${clone}/${GROUP}/node-count.ts`, code);
  await Deno.writeTextFile(`${clone}/${SCENARIO}`, scenario);
}

const EXPECTED = `# Nodes are counted by their flags; node 2 has no connection.

flags 1=2 2=1
$ ctdb nodecount all
  3
$ ctdb nodecount all --connected
  2
$ ctdb --json nodecount healthy
  {
    "nodes": 1
  }
$ ctdb nodecount some
  Usage: [-?YXv] [-?|--help] [--usage] [-d|--debug=STRING]
          [-t|--timelimit=INT] [-n|--node=INT] [-Y] [-x|--separator=CHAR]
          [-X] [-v|--verbose] [-T|--maxruntime=INT]
  <empty>
  Commands:
    nodecount       healthy|all [--connected]    count the nodes of the cluster
! Invalid operand 'some'
exit 1
`;

Deno.test("contributing: two files and a text make a command with operand, flag and JSON", async () => {
  const clone = await Deno.makeTempDir({ prefix: "ctdb-stranger-" });
  try {
    await cloneInto(clone);
    await followThePage(clone);
    const run = async (args: string[], env: Record<string, string> = {}) => {
      // Its own program, not the one that this run has bundled.
      const all = { ...env, NO_COLOR: "1", CTDB_TEST_MAIN: `${clone}/main.ts` };
      const { exit, stdout, stderr } = await runCommand([deno, ...args], { cwd: clone, env: all });
      assert.equal(exit, 0, `deno ${args.join(" ")}:\n${stdout}${stderr}`);
    };
    await run(["check", `${GROUP}/node-count.ts`, `${GROUP}/commands.ts`]);
    const tests = "tests/tools/ctdb/scenarios.test.ts";
    await run(["test", "-A", "--no-check", "--filter", "nodecount", tests], {
      SCENARIOS: "write",
    });
    assert.equal(await Deno.readTextFile(`${clone}/${SCENARIO}`), EXPECTED);
    await run(["task", "docs"]);
    assert.match(await Deno.readTextFile(`${clone}/docs/commands.md`), /nodecount/);
    assert.match(await Deno.readTextFile(`${clone}/docs/json.md`), /nodecount/);
    await run(["fmt", `${GROUP}/commands.ts`, "docs"]);
    await run(["fmt", "--check", `${GROUP}/node-count.ts`, "docs/json.md", "docs/commands.md"]);
    await run(["lint", GROUP]);
    // What every command is held against: its usage, its function, its schema, its completion.
    await run(["test", "-A", "--no-check", "tests/unit/cli", "tests/tools/ctdb/json.test.ts"]);
  } finally {
    mustRun(["rm", "-rf", clone]);
  }
});
