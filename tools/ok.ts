/**
 * `deno task ok`: everything that must hold before a commit. Format, lint, types, imports down the
 * layers, documentation of what is exported, examples, unit tests.
 *
 * @module
 */
import { ROOT, say } from "./console.ts";
import { runExamples, undocumented } from "./docs.ts";
import { checkImports } from "./imports.ts";
import { capture } from "./run.ts";

/** What a check found; empty if all is well. */
type Check = () => Promise<string>;

function deno(...args: string[]): Check {
  return async () => {
    const { success, output } = await capture([Deno.execPath(), ...args], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    // Of a test run only what failed is of interest.
    return success ? "" : output.slice(Math.max(output.indexOf(" ERRORS "), 0)) || "it failed";
  };
}

const checks: readonly (readonly [name: string, check: Check])[] = [
  ["format", deno("fmt", "--check", "--quiet")],
  ["lint", deno("lint", "--quiet")],
  ["types", deno("check", "--quiet", ".")],
  ["imports", async () => (await checkImports()).join("\n")],
  ["documentation", async () => (await undocumented()).join("\n")],
  ["examples", async () => {
    const { success, output } = await runExamples();
    return success ? "" : output;
  }],
  [
    "unit tests",
    deno(
      "test",
      "--quiet",
      "--reporter=dot",
      "--no-check",
      "-A",
      "--unstable-net",
      "--unstable-ffi",
      "tests/unit",
    ),
  ],
];

async function main(): Promise<number> {
  let failed = 0;
  for (const [name, check] of checks) {
    const start = performance.now();
    const complaint = await check();
    const time_s = ((performance.now() - start) / 1000).toFixed(1);
    say(`${complaint === "" ? "ok  " : "FAIL"} ${name} (${time_s} s)`);
    if (complaint === "") continue;
    failed++;
    say(complaint.trimEnd());
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
