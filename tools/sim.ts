/**
 * `deno task sim`: whole clusters on virtual time, with faults drawn from a seed.
 *
 * @module
 */
import { runSeed } from "../tests/sim/support/run-seed.ts";
import { say } from "./console.ts";
import { numberOption, runTask } from "./task.ts";

if (import.meta.main) {
  await runTask({
    name: "sim",
    about:
      "Runs a cluster on virtual time with faults drawn from a seed, and checks what must hold.",
    options: {
      seed: { type: "string", value: "N", default: "1", help: "the first seed" },
      seeds: { type: "string", value: "N", default: "1", help: "how many" },
      trace: { type: "boolean", help: "show everything that happens" },
      lines: {
        type: "string",
        value: "N",
        default: "40",
        help: "so many lines of trace before a failure",
      },
      failures: { type: "string", value: "N", default: "1", help: "stop after so many" },
    },
  }, async ({ seed, seeds, trace, lines, failures }) => {
    return await runSeeds({
      from: numberOption("seed", seed),
      seeds: numberOption("seeds", seeds, 1),
      lines: numberOption("lines", lines),
      failures: numberOption("failures", failures, 1),
      trace,
    });
  });
}

interface SeedsToRun {
  readonly from: number;
  readonly seeds: number;
  readonly lines: number;
  readonly failures: number;
  readonly trace: boolean;
}

/** Runs seeds in turn; the exit status. */
async function runSeeds(options: SeedsToRun): Promise<number> {
  const failed: number[] = [];
  const start_ms = performance.now();
  let steps = 0;
  const sums: Record<string, number> = {};
  for (let seed = options.from; seed < options.from + options.seeds; seed++) {
    const result = await runSeed(seed, options);
    steps += result.steps;
    for (const [name, value] of Object.entries(result.summary ?? {})) {
      sums[name] = (sums[name] ?? 0) + Math.round(value);
    }
    if (result.failure === undefined) continue;
    say(result.failure);
    failed.push(seed);
    if (failed.length >= options.failures) break;
  }
  const time_s = ((performance.now() - start_ms) / 1000).toFixed(1);
  say(`${options.seeds} seeds from ${options.from}, ${steps} steps in ${time_s} s`);
  say(JSON.stringify(sums));
  say(failed.length === 0 ? "all passed" : `failed: ${failed.join(" ")}`);
  return failed.length === 0 ? 0 : 1;
}
