import { parseArgs } from "node:util";
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
  /** The samples are written here, too, one JSON object per line. */
  readonly json: string | undefined;
}

export const USAGE = `deno task bench [--only A,B] [--rounds N] [--seconds S] [--cpu N]
    [--prefix DIR] [--json FILE]
Scenarios: ${Object.keys(scenarios).join(" ")}
`;

/** Reads the command line. Throws an Error with a text for people. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string", default: "7" },
      seconds: { type: "string", default: "2" },
      cpu: { type: "string" },
      prefix: { type: "string" },
      json: { type: "string" },
    },
  });
  const only = values.only?.split(",") ?? Object.keys(scenarios);
  for (const name of only) {
    if (!(name in scenarios)) throw new Error(`scenario: ${name}`);
  }
  return {
    only,
    rounds: numberOf("rounds", values.rounds, 1),
    sample_ms: numberOf("seconds", values.seconds, 0.1) * 1000,
    cpu: values.cpu === undefined ? undefined : numberOf("cpu", values.cpu, 0),
    prefix: values.prefix,
    json: values.json,
  };
}

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!(value >= least)) throw new Error(`--${name}: ${text}`);
  return value;
}
