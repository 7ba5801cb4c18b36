import { numberOption, type TaskLine, type TaskOption, UsageError } from "../tools/task.ts";
import { scenarios } from "./scenarios/mod.ts";

/** What is measured, and how often. */
export interface BenchOptions {
  /** Names of scenarios. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** How long each sample of a rate takes. */
  readonly sample_ms: number;
  /** Everything runs on this core; on all unless given. */
  readonly cpu: number | undefined;
  /** Where a build of ours is installed; the source tree unless given. */
  readonly prefix: string | undefined;
  /** A revision of ours to compare with; Debian's unless given. */
  readonly compare: string | undefined;
  /** The samples are written here, too, one JSON object per line. */
  readonly json: string | undefined;
}

/** The command line of `deno task bench`. */
export const BENCH_LINE = {
  name: "bench",
  about: "Measures our daemon and Debian's in turn with the same client; medians and their ratio.",
  options: {
    only: { type: "string", value: "A,B", help: "only these scenarios" },
    rounds: { type: "string", value: "N", default: "7", help: "samples of each" },
    seconds: {
      type: "string",
      value: "S",
      default: "2",
      help: "how long a sample of a rate takes",
    },
    cpu: { type: "string", value: "N", help: "keep everything on this core" },
    prefix: { type: "string", value: "DIR", help: "measure what is installed there" },
    compare: { type: "string", value: "REV", help: "compare with this revision of ours" },
    json: { type: "string", value: "FILE", help: "append the samples to FILE" },
  },
  more: `Scenarios: ${Object.keys(scenarios).join(" ")}`,
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

/** The texts of the command line as a program uses them; throws a `UsageError` for a wrong one. */
export function benchOptions(
  values: Readonly<Partial<Record<keyof typeof BENCH_LINE.options, string | undefined>>>,
): BenchOptions {
  const { cpu, prefix, compare, json } = values;
  return {
    only: scenarioNames(values.only),
    rounds: numberOption("rounds", values.rounds ?? "", 1),
    sample_ms: numberOption("seconds", values.seconds ?? "", 0.1) * 1000,
    cpu: cpu === undefined ? undefined : numberOption("cpu", cpu),
    prefix,
    compare,
    json,
  };
}

/** The names in a list between commas; all without one. */
export function scenarioNames(list: string | undefined): readonly string[] {
  const names = list?.split(",") ?? Object.keys(scenarios);
  for (const name of names) {
    if (!(name in scenarios)) throw new UsageError(`scenario: ${name}: there is none of this name`);
  }
  return names;
}
