/**
 * Checks that programs are started in one way: `spawnCommand`, `runCommand` and `runCommandSync` of
 * `lib/base`, which say the same of a program that is not there, of a signal and of what is read.
 *
 * @module
 */
import { ROOT } from "./console.ts";
import { sourceFiles } from "./source-files.ts";

/** Where Deno is asked for a process. */
const HOME = "lib/base/command.ts";

/** It shows what is found. */
const TEST = "tests/unit/tooling/commands.test.ts";

/** What starts a program by way of Deno or Node. */
const STARTS =
  /\bDeno\.(?:Command|spawn\w*)\b(?!Options|Output|Status)|["'](?:node:)?child_process["']/;

/** The lines of a source that start a program; what stands in comments does not count. */
export function startsIn(source: string): number[] {
  const code = source
    .replace(/\/\*.*?\*\//gs, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
  return code.split("\n").flatMap((line, i) => STARTS.test(line) ? [i + 1] : []);
}

/** A line for each place that starts a program in a way of its own. */
export async function checkCommands(): Promise<string[]> {
  const wrong: string[] = [];
  for (const path of await sourceFiles([".ts", ".tsx"])) {
    if (path === HOME || path === TEST) continue;
    for (const line of startsIn(await Deno.readTextFile(`${ROOT}${path}`))) {
      wrong.push(`${path}:${line}: starts a program: use runCommand or spawnCommand of lib/base`);
    }
  }
  return wrong;
}
