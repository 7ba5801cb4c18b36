/**
 * `deno task vectors`: makes captured runs again, with the programs of an installation of C's, and
 * says how they come out now.
 *
 * @module
 */
import { ROOT, say } from "./console.ts";
import { difference } from "../testing/scenario/mod.ts";
import { runTask, UsageError } from "./task.ts";
import { type Capture, captureCli, CLI_FILES, renewed } from "./vectors/captures.ts";
import { differentHashes } from "./vectors/hashes.ts";
import { Programs } from "./vectors/programs.ts";
import { readVectors } from "../tests/unit/wire/vectors.ts";

const HASHES = "wire-hash";

/** Says what a capture came to, run by run and line by line where it is not the same. */
function report(file: string, { repeated, left }: Capture): number {
  const different = repeated.filter(({ same }) => !same);
  for (const run of different) {
    const { index, vector, outcome } = run;
    say(`${file} ${index}: ${vector.argv.join(" ")}: captured of ${vector.version}`);
    const now = renewed(run, "");
    for (const part of ["stdout", "stderr"] as const) {
      if (vector[part] === now[part]) continue;
      const lines = difference(vector[part].split("\n"), now[part].split("\n"));
      for (const { mark, line } of lines) if (mark !== " ") say(`  ${mark} ${line}`);
    }
    if (vector.exit !== outcome.exit) say(`  - exit ${vector.exit}\n  + exit ${outcome.exit}`);
  }
  const same = repeated.length - different.length;
  say(`${file}: ${same} same, ${different.length} different, ${left} not run`);
  return different.length;
}

/** Puts what came out into the file, in the place of what was captured. */
async function write(file: string, { repeated }: Capture, version: string): Promise<void> {
  const path = `${ROOT}tests/vectors/cli/${file}.json`;
  const rows = JSON.parse(await Deno.readTextFile(path)) as unknown[];
  for (const run of repeated) rows[run.index] = renewed(run, version);
  await Deno.writeTextFile(path, `${JSON.stringify(rows, null, 1)}\n`);
}

if (import.meta.main) {
  await runTask({
    name: "vectors",
    operands: "[FILE...]",
    about:
      "Makes captured runs again with the C programs that are installed here, and shows what " +
      "differs.",
    options: {
      programs: {
        type: "string",
        value: "DIR[:DIR...]",
        default: "",
        help: "where the programs are looked for before PATH and the helper directories",
      },
      write: { type: "boolean", help: "put what came out into tests/vectors" },
    },
    more: `Files: ${[...CLI_FILES, HASHES].join(", ")}. The others of tests/vectors were captured on
the wire or from a daemon; how is told in each.

Status 1: something differs. Another release may do otherwise: read the difference, and
see with \`git diff\` what --write has changed.`,
  }, async ({ programs: directories, write: writes }, operands) => {
    const files = operands.length === 0 ? [...CLI_FILES, HASHES] : operands;
    const unknown = files.find((file) => file !== HASHES && !CLI_FILES.includes(file));
    if (unknown !== undefined) throw new UsageError(`${unknown}: not one of the files`);
    const programs = new Programs(directories.split(":"));
    const version = await programs.version();
    say(`The programs are of ${version}.`);
    let different = 0;
    for (const file of files.filter((file) => file !== HASHES)) {
      const captured = await captureCli(file, programs);
      different += report(file, captured);
      if (writes) await write(file, captured, version);
    }
    if (files.includes(HASHES)) {
      const vectors = readVectors("wire-hash.json");
      const lines = differentHashes(vectors);
      for (const line of lines) say(line);
      say(`${HASHES}: ${vectors.length - lines.length} same, ${lines.length} different`);
      different += lines.length;
    }
    return different === 0 ? 0 : 1;
  });
}
