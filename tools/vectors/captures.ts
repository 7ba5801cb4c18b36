import { anonymous, expectation, type Places, substitute } from "../../testing/scenario/mod.ts";
import { ConfigPathWorld } from "../../tests/support/captured/config-path.ts";
import { LtdbtoolWorld } from "../../tests/support/captured/ltdbtool.ts";
import { OnnodeWorld } from "../../tests/support/captured/onnode.ts";
import type { CapturedWorld } from "../../tests/support/captured/world.ts";
import { type CliVector, loadCliVectors } from "../../tests/support/cli-vectors.ts";
import { type Outcome, type Programs, run } from "./programs.ts";

/** A captured run that was made again. */
export interface Repeated {
  /** In its file, from 0. */
  readonly index: number;
  readonly vector: CliVector;
  readonly outcome: Outcome;
  readonly places: Places;
  /** Whether it came out as it was captured. */
  readonly same: boolean;
}

/** What became of the runs of one file. */
export interface Capture {
  readonly repeated: readonly Repeated[];
  /** Runs that cannot be made alone, or whose program is not here. */
  readonly left: number;
}

type MakeWorld = (vectors: readonly CliVector[], programs: Programs) => Promise<CapturedWorld>;

/** The files of `tests/vectors/cli` whose runs can be made again without a daemon. */
const WORLDS: Readonly<Record<string, MakeWorld>> = {
  "config-path": () => Promise.resolve(new ConfigPathWorld()),
  onnode: (vectors, programs) => {
    const world = new OnnodeWorld("onnode", vectors);
    const file = programs.find("onnode");
    if (file !== undefined) world.link(file);
    return Promise.resolve(world);
  },
  "ltdbtool-pingpong": () => LtdbtoolWorld.create(),
};

/** Their names. */
export const CLI_FILES: readonly string[] = Object.keys(WORLDS);

/** Makes the runs of a file again. */
export async function captureCli(file: string, programs: Programs): Promise<Capture> {
  const vectors = loadCliVectors(file);
  const repeated: Repeated[] = [];
  await using world = await WORLDS[file]!(vectors, programs);
  for (const [index, vector] of vectors.entries()) {
    const program = programs.find(vector.argv[0]!);
    const prepared = program === undefined ? undefined : world.prepare(vector, index);
    if (prepared === undefined) continue;
    const outcome = await run(program!, prepared, vector.stdin);
    const { places } = prepared;
    repeated.push({ index, vector, outcome, places, same: isSame(vector, outcome, places) });
  }
  return { repeated, left: vectors.length - repeated.length };
}

function isSame(vector: CliVector, outcome: Outcome, places: Places): boolean {
  // Nodes that are asked at the same time answer in any order.
  const anyOrder = /^-P?p/.test(vector.argv[1] ?? "");
  const stdout = anyOrder
    ? sorted(outcome.stdout) === sorted(substitute(vector.stdout, places))
    : expectation(vector.stdout, places).test(outcome.stdout);
  return stdout && expectation(vector.stderr, places).test(outcome.stderr) &&
    vector.exit === outcome.exit;
}

function sorted(text: string): string {
  return text.split(/(?=\[192)|\n/).sort().join("\n");
}

/** The vector as this run would have it; what only differs from run to run stays as it was. */
export function renewed({ vector, outcome, places, same }: Repeated, version: string): CliVector {
  if (same) return vector;
  return {
    ...vector,
    version,
    stdout: anonymous(outcome.stdout, places),
    stderr: anonymous(outcome.stderr, places),
    exit: outcome.exit,
  };
}
