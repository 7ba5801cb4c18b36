/**
 * `deno task ok`: everything that must hold before a commit. Format, lint, types, imports down the
 * layers, documentation of what is exported, examples, unit tests.
 *
 * @module
 */
import { type Check, checks, deno } from "./checks.ts";
import { complain, say } from "./console.ts";
import { changedFiles } from "./changed-files.ts";
import { dependentsOf, readModuleGraph } from "./module-graph.ts";
import { runTask } from "./task.ts";

/** As many as the smallest machines have cores. */
const AT_ONCE = 2;
/** What starts a program belongs to tests/processes, hence no right to run one. */
const TEST = ["test", "--quiet", "--reporter=dot", "--no-check", "-A", "--deny-run"];
/** libtdb keeps one list of open files for all threads of a process, without a lock. */
const ONE_THREAD = "tests/unit/tdb";

/** The unit tests at these paths, which are files or all of them. */
function unitTests(paths: readonly string[]): Check[] {
  const [single, parallel] = [true, false].map((wanted) =>
    paths.filter((path) => path.startsWith(`${ONE_THREAD}/`) === wanted)
  ) as [string[], string[]];
  return [
    ...(parallel.length === 0 ? [] : [{
      name: "unit tests",
      run: deno(...TEST, "--parallel", `--ignore=${ONE_THREAD}`, ...parallel),
    }]),
    ...(single.length === 0 ? [] : [{ name: "unit tests of tdb", run: deno(...TEST, ...single) }]),
  ];
}

/** All checks, the longest first: two run at a time. */
function everything(): Check[] {
  return [...unitTests(["tests/unit", `${ONE_THREAD}/`]), ...checks.toReversed()];
}

/** What the files that differ from `base` can have broken. */
async function ofChanged(base: string): Promise<Check[]> {
  const files = await changedFiles(base);
  const modules = files.filter((file) => file.endsWith(".ts"));
  const formatted = files.filter((file) => /\.(ts|md|json)$/.test(file));
  const reached = dependentsOf(await readModuleGraph(), modules);
  const tests = [...reached].filter((file) => /^tests\/unit\/.*\.test\.ts$/.test(file)).sort();
  say(`${files.length} files changed since ${base}, ${tests.length} unit test files reach them`);
  const whole = checks.filter(({ name }) => !["format", "lint", "types"].includes(name));
  return [
    ...unitTests(tests),
    ...(modules.length === 0 ? [] : [
      { name: "types", run: deno("check", "--doc", "--quiet", ...modules) },
      ...whole,
      { name: "lint", run: deno("lint", "--quiet", ...modules) },
    ]),
    ...(formatted.length === 0
      ? []
      : [{ name: "format", run: deno("fmt", "--check", "--quiet", ...formatted) }]),
  ];
}

/** Runs them, some at once, and says of each how it went; how many failed. */
async function runChecks(waiting: Check[]): Promise<number> {
  let failed = 0;
  const runner = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const start_ms = performance.now();
      const complaint = await check.run();
      const time_s = ((performance.now() - start_ms) / 1000).toFixed(1);
      say(`${complaint === "" ? "ok  " : "FAIL"} ${check.name} (${time_s} s)`);
      if (complaint === "") continue;
      failed++;
      complain(complaint.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return failed;
}

if (import.meta.main) {
  await runTask({
    name: "ok",
    about: "Checks format, lint, types, examples, imports, documentation, and runs the unit tests.",
    options: {
      changed: { type: "boolean", help: "only what the files can break that you have changed" },
      base: {
        type: "string",
        value: "REV",
        default: "main",
        help: "with --changed: changed since it branched off from REV",
      },
    },
  }, async ({ changed, base }) => {
    return await runChecks(changed ? await ofChanged(base) : everything()) === 0 ? 0 : 1;
  });
}
