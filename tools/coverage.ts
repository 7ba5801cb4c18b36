/**
 * `deno task coverage`: what the tests reach, by file, as a table and as pages of HTML.
 *
 * @module
 */
import { resolve } from "node:path";
import { ROOT, say } from "./console.ts";
import { capture, show } from "./run.ts";
import { runTask } from "./task.ts";

const LIMIT_MS = 30 * 60_000;

if (import.meta.main) {
  await runTask({
    name: "coverage",
    operands: "[PATH...]",
    about: "Shows what the tests reach: the unit tests and the simulator, or those at PATH.",
    options: {
      output: {
        type: "string",
        value: "DIR",
        default: "dist/coverage",
        help: "where the data and the pages go",
      },
    },
    more: "What runs in processes of its own (daemons, helpers) is not seen.",
  }, async ({ output }, operands) => {
    const directory = resolve(ROOT, output);
    await Deno.remove(directory, { recursive: true }).catch(() => {});
    const paths = operands.length === 0 ? ["unit", "sim"] : operands;
    const test = ["test", "--quiet", "--no-check", "--reporter=dot", "-A"];
    const passed = await show(
      [Deno.execPath(), ...test, `--coverage=${directory}`, ...paths.map(testPath)],
      { cwd: ROOT, timeout_ms: LIMIT_MS },
    );
    const select = ["--include=/lib/|/cli/", "--exclude=/tests/"];
    const { output: table } = await capture(
      [Deno.execPath(), "coverage", ...select, directory],
      { cwd: ROOT },
    );
    say(table);
    await capture([Deno.execPath(), "coverage", "--html", ...select, directory], { cwd: ROOT });
    say(`Pages: ${directory}/html/index.html`);
    return passed ? 0 : 1;
  });
}

function testPath(path: string): string {
  return `tests/${path.replace(/^(\.\/)?tests\//, "")}`;
}
