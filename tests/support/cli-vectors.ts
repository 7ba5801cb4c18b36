export { expectation, substitute } from "../../testing/scenario/mod.ts";

/** One captured run of a reference program (`cli.md` 15). */
export interface CliVector {
  version: string;
  setup: string;
  node?: number;
  argv: string[];
  env?: Record<string, string>;
  stdin?: string;
  note?: string;
  stdout: string;
  stderr: string;
  exit: number;
}

/** The captured runs of one file of `tests/vectors/cli`. */
export function loadCliVectors(name: string): CliVector[] {
  const file = new URL(`../vectors/cli/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file)) as CliVector[];
}
