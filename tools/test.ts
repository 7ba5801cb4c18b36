/**
 * `deno task test [--filter TEXT] [FOLDER...]`: runs the tests and ends with the line
 * `N passed, N failed, N skipped`.
 *
 * A folder is one below `tests/`, such as `unit` or `unit/wire`; without any, all are run. What the
 * tests need is installed if that is possible; tests that miss something are skipped and listed.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { complain, ROOT, say } from "./console.ts";
import { show } from "./run.ts";
import { ensurePackages, TEST_PACKAGES } from "./system-packages.ts";
import { readReport, type TestReport } from "./test-report.ts";

/** The quick ones first: who waits for a failure shall not wait long. Others come after these. */
const ORDER = ["unit", "sim", "tools", "events", "failover", "cluster", "interop", "e2e"];
/** Below `tests/`, but no tests. */
const NO_TESTS = ["support", "vectors"];
/** A test that hangs must not take the result of the others with it. */
const TIME_LIMIT_MS = 25 * 60_000;

/** Runs the tests in `paths`. What fails outside of a test counts as one failure. */
async function runTests(paths: readonly string[], filter: string | undefined): Promise<TestReport> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-test-report-" });
  try {
    const report = `${directory}/junit.xml`;
    const success = await show([
      Deno.execPath(),
      "test",
      "--no-check",
      "-A",
      "--unstable-net",
      "--unstable-ffi",
      `--junit-path=${report}`,
      ...(filter === undefined ? [] : [`--filter=${filter}`]),
      ...paths,
    ], {
      cwd: ROOT,
      timeout_ms: TIME_LIMIT_MS,
      env: Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" },
    });
    const read = readReport(await Deno.readTextFile(report).catch(() => ""));
    if (success || read.failed > 0) return read;
    return { ...read, failed: 1 };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The paths to give to `deno test`. Throws for one that is not there: it would look like success. */
function pathsOf(folders: readonly string[]): string[] {
  if (folders.length === 0) return allFolders().map((folder) => `tests/${folder}`);
  const paths = folders.map((folder) => `tests/${folder.replace(/^(\.\/)?tests\//, "")}`);
  for (const path of paths) Deno.statSync(`${ROOT}${path}`);
  return paths;
}

function allFolders(): string[] {
  const folders = [...Deno.readDirSync(`${ROOT}tests`)]
    .filter(({ name, isDirectory }) => isDirectory && !NO_TESTS.includes(name))
    .map(({ name }) => name);
  const rank = (name: string) => ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length;
  return folders.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Runs the program; its exit status. */
async function main(args: string[]): Promise<number> {
  let paths: string[];
  let filter: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { filter: { type: "string" } },
    });
    filter = values.filter;
    paths = pathsOf(positionals);
  } catch (error) {
    complain(`Usage: deno task test [--filter TEXT] [FOLDER...]\n${error}`);
    return 2;
  }
  await ensurePackages(TEST_PACKAGES);
  const { passed, failed, skipped } = await runTests(paths, filter);
  if (skipped.length > 0) say(`Skipped:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
  say(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
