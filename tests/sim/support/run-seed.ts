import { Scenario, type Summary } from "./scenario.ts";
import { SimulationFailure } from "./cluster.ts";

/** What became of a seed. */
export interface SeedResult {
  readonly steps: number;
  /** There when it passed. */
  readonly summary?: Summary;
  /** What went wrong, the last things before it, and how to see it again. */
  readonly failure?: string;
}

/** Runs one seed; a failure is a text for people. */
export async function runSeed(
  seed: number,
  { trace = false, lines = 40 }: { readonly trace?: boolean; readonly lines?: number } = {},
): Promise<SeedResult> {
  const scenario = new Scenario(seed);
  const { cluster } = scenario;
  cluster.trace.echo = trace;
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    cluster.fail(`unhandled rejection: ${event.reason?.stack ?? event.reason}`);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    const summary = await scenario.run();
    return { steps: summary.steps, summary };
  } catch (error) {
    const reason = error instanceof SimulationFailure ? error.message : (error as Error).stack;
    return {
      steps: cluster.time.steps,
      failure: [
        cluster.trace.tail(lines),
        `Seed ${seed} failed at step ${cluster.time.steps}, ` +
        `${(cluster.time.now() / 1000).toFixed(4)} s: ${reason}`,
        `Settings: ${JSON.stringify(cluster.settings)}`,
        `Replay: deno task sim --seed ${seed} --trace`,
      ].join("\n"),
    };
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
}
