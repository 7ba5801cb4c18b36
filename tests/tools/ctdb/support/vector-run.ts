import assert from "node:assert/strict";
import { main as ctdb } from "../../../../cli/ctdb.ts";
import {
  type CliVector,
  expectation,
  loadCliVectors,
  substitute,
} from "../../../support/cli-vectors.ts";
import { expectedRun } from "../../../support/departures.ts";
import { type ProgramResult, runProgram } from "../../../../testing/process/program-io.ts";
import { runBinary } from "../../../../testing/process/run-binary.ts";

/** The directories that stand for the placeholders of the captured runs. */
export interface Places {
  readonly BASE: string;
  readonly WORK: string;
  readonly PREFIX: string;
}

/** How captured runs are repeated. */
export interface VectorRun {
  readonly places: Places;
  /** The environment of a tool on a node; `undefined` is a run without a node. */
  readonly env: (node: number | undefined) => Record<string, string>;
  /** Run the tool as a process under this command, such as one that changes the network. */
  readonly under?: readonly string[];
}

/** A captured run with its place in the file. */
export interface NumberedVector {
  readonly index: number;
  readonly vector: CliVector;
}

/** The captured runs of `ctdb` in a file. */
export function ctdbVectors(file: string): NumberedVector[] {
  return loadCliVectors(file)
    .map((vector, index) => ({ index, vector: expectedRun(file, index, vector) }))
    .filter(({ vector }) => vector.argv[0] === "ctdb");
}

/** A short name of a run. */
export function vectorName({ index, vector }: NumberedVector): string {
  const stdin = vector.stdin === undefined ? "" : ` < ${JSON.stringify(vector.stdin)}`;
  return `${index}: ${vector.argv.map((word) => word === "" ? "''" : word).join(" ")}${stdin}`;
}

/** Repeats a captured run and compares everything that the program left behind. */
export async function repeatVector({ vector }: NumberedVector, run: VectorRun): Promise<void> {
  const result = await runTool(vector, run);
  const places: Record<string, string> = { ...run.places };
  for (const stream of ["stdout", "stderr"] as const) {
    const [actual, wanted] = comparable(result[stream], vector[stream]);
    const matches = expectation(wanted, places).test(actual);
    assert.ok(matches, `${stream} was:\n${actual}\n--- but the captured one is:\n${wanted}`);
  }
  assert.equal(result.exit, vector.exit, `exit status, after ${result.stdout}${result.stderr}`);
}

function runTool(vector: CliVector, run: VectorRun): Promise<ProgramResult> {
  const places: Record<string, string> = { ...run.places };
  // The process that a run asks for is this one.
  const fill = (text: string) => substitute(text, { PID: String(Deno.pid), ...places });
  const args = vector.argv.slice(1).map(fill);
  const own = Object.entries(vector.env ?? {}).map(([name, value]) => [name, fill(value)]);
  const setup = {
    program: "ctdb",
    env: { ...run.env(vector.node), ...Object.fromEntries(own) as Record<string, string> },
    cwd: run.places.WORK,
    ...(vector.stdin === undefined ? {} : { stdin: vector.stdin }),
  };
  if (run.under === undefined) return runProgram(ctdb, args, setup);
  return runBinary(args, { ...setup, under: run.under });
}

/** Makes two texts equal where they may differ: order and counters of dumped records (cli.md 15). */
function comparable(actual: string, wanted: string): [string, string] {
  if (/^ hop_count_buckets: \d/m.test(wanted)) return [maskNumbers(actual), maskNumbers(wanted)];
  if (/^Dumped \d+ record/m.test(wanted)) return [sortRecords(actual), sortRecords(wanted)];
  return [actual, wanted];
}

function maskNumbers(text: string): string {
  return text
    .replace(/Count:\d+ Key:[0-9a-f]*/g, "Count Key")
    .replace(/\d+\.\d+/g, "#")
    .replace(/ +\d+$/gm, " #")
    .replace(/\d+(?= )/g, "#");
}

function sortRecords(text: string): string {
  const blocks = text
    .replace(/^dmaster: \d+$/gm, "dmaster")
    .replace(/^rsn: \d+$/gm, "rsn")
    .replace(/^flags: 0x.*$/gm, "flags")
    .split(/\n(?=\n|key\(|Dumped|Dumping)/);
  const keep = (block: string) => /^Dumping|^Dumped|^\n/.test(block);
  return [...blocks.filter(keep), ...blocks.filter((block) => !keep(block)).sort()].join("\n");
}
