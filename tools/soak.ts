/**
 * `deno task soak`: seeds of the simulator that nobody has seen yet, on all cores, until one fails or
 * the time is over.
 *
 * @module
 */
import { complain, ROOT, say } from "./console.ts";
import { capture } from "./run.ts";
import { numberOption, runTask } from "./task.ts";

/** Seeds in one process: a failure is shown soon, and starting costs little beside it. */
const SEEDS_AT_ONCE = 50;
/** A seed takes well under a second; who needs so much longer hangs. */
const BATCH_LIMIT_MS = 10 * 60_000;
const SEED_RANGE = 2 ** 31;

if (import.meta.main) {
  await runTask({
    name: "soak",
    about: "Runs the simulator with new seeds on all cores until one fails or the time is over.",
    options: {
      minutes: { type: "string", value: "N", default: "10", help: "how long" },
      seed: { type: "string", value: "N", help: "the first seed (default: drawn, and printed)" },
      jobs: {
        type: "string",
        value: "N",
        default: String(navigator.hardwareConcurrency),
        help: "how many at a time",
      },
    },
  }, async ({ minutes, seed, jobs }) => {
    const first = seed === undefined
      ? Math.floor(Math.random() * SEED_RANGE)
      : numberOption("seed", seed);
    return await soak(
      first,
      numberOption("minutes", minutes) * 60_000,
      numberOption("jobs", jobs, 1),
    );
  });
}

async function soak(first: number, time_ms: number, jobs: number): Promise<number> {
  const end_ms = performance.now() + time_ms;
  let next = first;
  let passed = 0;
  let failed = false;
  say(`Seeds from ${first}, ${jobs} at a time`);
  const worker = async () => {
    while (!failed && performance.now() < end_ms) {
      const from = next;
      next += SEEDS_AT_ONCE;
      const { success, output } = await runBatch(from);
      if (success) {
        passed += SEEDS_AT_ONCE;
        continue;
      }
      failed = true;
      complain(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  say(`${passed} seeds passed${failed ? ", one failed: see above" : ""}`);
  return failed ? 1 : 0;
}

function runBatch(from: number) {
  const flags = ["run", "--quiet", "--no-check", "-A", "tools/sim.ts"];
  return capture(
    [Deno.execPath(), ...flags, `--seed=${from}`, `--seeds=${SEEDS_AT_ONCE}`],
    { cwd: ROOT, timeout_ms: BATCH_LIMIT_MS },
  );
}
