/**
 * `deno task test`: runs the tests and ends with the line `N passed, N failed, N skipped`.
 *
 * A path is one below `tests/`, such as `unit`, `unit/wire` or one file; without any, all are run,
 * and the programs are what `deno task install` would put there: bundled, which start in half the time.
 * What these tests need is installed if that is possible; tests that miss something are skipped and
 * listed.
 *
 * @module
 */
import { forbiddenSkips } from "./allowed-skips.ts";
import { bundleWhole } from "./bundle.ts";
import { complain, ROOT, say } from "./console.ts";
import { show, showAndKeep } from "./run.ts";
import { ensurePackages, packagesFor } from "./system-packages.ts";
import { numberOption, runTask, UsageError } from "./task.ts";
import { failureSummary, uncaughtErrors } from "./test-failures.ts";
import { type FailedTest, readReport, type SkippedTest, type TestReport } from "./test-report.ts";

/**
 * The quick ones first: who waits for a failure shall not wait long. Then those that take longest, so
 * that those that run at a time end together. Others come after these.
 */
const ORDER = [
  "unit",
  "processes",
  "sim",
  "cluster",
  "tools",
  "interop",
  "failover",
  "e2e",
  "events",
  "documents",
];
/** Most folders that run at a time: most of what tests do is waiting, and they need not be alone. */
const MOST_AT_ONCE = 2;
/** Tests that hang must not take the results of the others with them. */
const FOLDER_LIMIT_MS = 40 * 60_000;
const TOTAL_LIMIT_MS = 75 * 60_000;
/** How much of what a folder's run printed is looked at for what its report does not tell. */
const KEPT_CHARACTERS = 1_000_000;
/** Where tests find the programs (`testing/process/main-module.ts`). */
const MAIN_VARIABLE = "CTDB_TEST_MAIN";
/** The longest name of a folder. */
const LABEL_WIDTH = 9;
/** How much is shown of a run that ended without a report. */
const LAST_CHARACTERS = 3_000;
/** What no test can go without: a limit of its time. */
const PRELOAD = `${ROOT}testing/test-limit.ts`;
/** Our terminal is behind a pipe for `deno test`. */
const COLOURS = Deno.stdout.isTerminal() ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };

/** How tests are run. */
interface RunSettings {
  readonly filter: string | undefined;
  /** A test that is skipped fails the run, unless it may be. */
  readonly strict: boolean;
  /** Folders that run at a time. */
  readonly atOnce: number;
}

/** Runs one folder in a process of its own; what fails outside of a test counts as one failure. */
async function runFolder(
  path: string,
  { filter, atOnce }: RunSettings,
  limit_ms: number,
): Promise<TestReport> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-test-report-" });
  try {
    const file = `${directory}/junit.xml`;
    const { success, output } = await showAndKeep(
      [
        ...[Deno.execPath(), "test", "--quiet", "--no-check", "-A"],
        ...[`--preload=${PRELOAD}`, `--junit-path=${file}`],
        ...(filter === undefined ? [] : [`--filter=${filter}`]),
        path,
      ],
      KEPT_CHARACTERS,
      { cwd: ROOT, timeout_ms: limit_ms, env: COLOURS },
      atOnce > 1 ? path.replace("tests/", "").padEnd(LABEL_WIDTH) : undefined,
    );
    const report = readReport(await Deno.readTextFile(file).catch(() => ""), filter);
    const uncaught = uncaughtErrors(output);
    const failures = [...report.failures, ...uncaught];
    const told = report.failures.map(({ file }) => file);
    const failed = report.failed + uncaught.filter(({ file }) => !told.includes(file)).length;
    if (success || failed > 0) return { ...report, failed, failures };
    complain(`${path}: failed outside of its tests, or did not end in time`);
    const name = "failed outside of its tests, or did not end in time";
    const text = `the last that it printed:\n${output.slice(-LAST_CHARACTERS)}`;
    return { ...report, failed: 1, failures: [{ name, file: path, text }] };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs all folders, in their order. */
async function runAll(paths: readonly string[], settings: RunSettings): Promise<TestReport> {
  const end = performance.now() + TOTAL_LIMIT_MS;
  const total = {
    passed: 0,
    failed: 0,
    failures: [] as FailedTest[],
    skipped: [] as SkippedTest[],
  };
  const waiting = [...paths];
  const lane = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      say(`\n== ${path}`);
      const limit_ms = Math.min(FOLDER_LIMIT_MS, Math.max(end - performance.now(), 0));
      const report = await runFolder(path, settings, Math.round(limit_ms));
      total.passed += report.passed;
      total.failed += report.failed;
      total.failures.push(...report.failures);
      total.skipped.push(...report.skipped);
    }
  };
  await Promise.all(Array.from({ length: settings.atOnce }, lane));
  return total;
}

/** The paths to give to `deno test`. One that is not there would look like success. */
function pathsOf(operands: readonly string[]): string[] {
  if (operands.length === 0) return allFolders();
  const paths = operands.map((path) =>
    `tests/${path.replace(/^(\.\/)?tests\//, "")}`.replace(/\/$/, "")
  );
  for (const path of paths) {
    if (!exists(path)) throw new UsageError(`no such folder or file: ${path}`);
  }
  return paths;
}

/** As many folders at a time as there are processors for them. */
function defaultAtOnce(paths: readonly string[]): number {
  return Math.min(MOST_AT_ONCE, navigator.hardwareConcurrency, paths.length);
}

/** The folders of `tests/` that have tests. */
function allFolders(): string[] {
  const rank = (name: string) => ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length;
  return [...Deno.readDirSync(`${ROOT}tests`)]
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name)
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => `tests/${name}`)
    .filter(hasTests);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(`${ROOT}${path}`);
    return true;
  } catch {
    return false;
  }
}

function hasTests(path: string): boolean {
  return [...Deno.readDirSync(`${ROOT}${path}`)].some(({ name, isDirectory }) =>
    isDirectory ? hasTests(`${path}/${name}`) : name.endsWith(".test.ts")
  );
}

/** Runs all tests on the programs as they are installed. */
async function testAll(paths: readonly string[], settings: RunSettings): Promise<number> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-test-programs-" });
  try {
    Deno.env.set(MAIN_VARIABLE, await bundleWhole(directory));
    return await testOnce(paths, settings);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs the tests; the exit status. */
async function testOnce(paths: readonly string[], settings: RunSettings): Promise<number> {
  const { passed, failed, failures, skipped } = await runAll(paths, settings);
  const forbidden = settings.strict ? forbiddenSkips(skipped) : [];
  list("Skipped", skipped.filter((test) => !forbidden.includes(test)));
  list("Skipped although nothing in tools/allowed-skips.ts allows it", forbidden);
  if (failures.length > 0) say(failureSummary(failures));
  say(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 && passed > 0 && forbidden.length === 0 ? 0 : 1;
}

function list(heading: string, tests: readonly SkippedTest[]): void {
  if (tests.length > 0) say(`\n${heading}:`);
  for (const { name, file } of tests) say(`  ${name} (${file})`);
}

/** Runs the tests again whenever a file that they reach is saved. */
async function watch(paths: readonly string[], filter: string | undefined): Promise<number> {
  const filters = filter === undefined ? [] : [`--filter=${filter}`];
  const command = [Deno.execPath(), "test", "--watch", "--no-check", "-A", ...filters, ...paths];
  return await show(command, { cwd: ROOT }) ? 0 : 1;
}

if (import.meta.main) {
  await runTask({
    name: "test",
    operands: "[PATH...]",
    about: "Runs the tests, installing what they need; all of them without a PATH.",
    options: {
      seed: { type: "string", value: "N", help: "what random tests start from, as they print it" },
      runs: { type: "string", value: "N", help: "N times as many runs of each property" },
      filter: { type: "string", help: "only tests with TEXT in their name, or /PATTERN/" },
      limit: { type: "string", value: "S", help: "a test that takes longer fails; default 720" },
      jobs: { type: "string", value: "N", help: "folders at a time; default 2 on two processors" },
      strict: { type: "boolean", help: "fail if a test is skipped that may not be (as in CI)" },
      watch: { type: "boolean", help: "run again when a file is saved that the tests reach" },
    },
    more: "A PATH is a folder or a file below tests/, such as unit/wire.",
  }, async (options, operands) => {
    const paths = pathsOf(operands);
    // That of a run which this one is a test of.
    Deno.env.delete(MAIN_VARIABLE);
    if (options.seed !== undefined) {
      Deno.env.set("CTDB_TEST_SEED", String(numberOption("seed", options.seed)));
    }
    if (options.runs !== undefined) {
      Deno.env.set("CTDB_TEST_RUNS", String(numberOption("runs", options.runs)));
    }
    if (options.limit !== undefined) {
      Deno.env.set("CTDB_TEST_LIMIT_S", String(numberOption("limit", options.limit)));
    }
    await ensurePackages(packagesFor(paths));
    if (options.watch) return await watch(paths, options.filter);
    const { filter, strict, jobs } = options;
    const atOnce = jobs === undefined ? defaultAtOnce(paths) : numberOption("jobs", jobs, 1);
    const settings = { filter, strict, atOnce };
    return operands.length === 0 ? await testAll(paths, settings) : await testOnce(paths, settings);
  });
}
