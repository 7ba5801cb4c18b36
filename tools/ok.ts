/**
 * `deno task ok`: everything that must hold before a commit. Format, lint, types, imports down the
 * layers, documentation of what is exported, examples, unit tests.
 *
 * @module
 */
import { checks, deno } from "./checks.ts";
import { say } from "./console.ts";

const UNIT_TESTS = [
  "test",
  "--quiet",
  "--reporter=dot",
  "--no-check",
  "-A",
  // What starts a program belongs to tests/processes.
  "--deny-run",
  "tests/unit",
];

async function main(): Promise<number> {
  let failed = 0;
  const all = [...checks, { name: "unit tests", run: deno(...UNIT_TESTS) }];
  for (const { name, run } of all) {
    const start = performance.now();
    const complaint = await run();
    const time_s = ((performance.now() - start) / 1000).toFixed(1);
    say(`${complaint === "" ? "ok  " : "FAIL"} ${name} (${time_s} s)`);
    if (complaint === "") continue;
    failed++;
    say(complaint.trimEnd());
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
