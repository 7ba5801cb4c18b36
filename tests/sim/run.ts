import { getopt } from "./support/options.ts";
import { runSeed } from "./support/run-seed.ts";

/** Runs many seeds and stops at the first that fails: `run.ts --seeds 1000 --from 1 [--trace]`. */
const options = getopt(Deno.args);
const failed: number[] = [];
const started_ms = performance.now();
let steps = 0;
const sums: Record<string, number> = {};
for (let seed = options.from; seed < options.from + options.seeds; seed++) {
  const result = await runSeed(seed, options);
  steps += result.steps;
  for (const [name, value] of Object.entries(result.summary ?? {})) {
    sums[name] = (sums[name] ?? 0) + Math.round(value);
  }
  if (result.failure === undefined) continue;
  write(result.failure);
  failed.push(seed);
  if (failed.length >= options.failures) break;
}
const seconds = (performance.now() - started_ms) / 1000;
write(`${options.seeds} seeds from ${options.from}, ${steps} steps in ${seconds.toFixed(1)} s`);
write(JSON.stringify(sums));
write(failed.length === 0 ? "all passed" : `failed: ${failed.join(" ")}`);
Deno.exit(failed.length === 0 ? 0 : 1);

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
