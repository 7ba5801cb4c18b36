/**
 * Checks that the directories of an installation are written once, in `lib/config/install-dirs.ts`:
 * everything else asks `installedPaths`, so that a program works below any prefix.
 *
 * @module
 */
import { ROOT } from "./console.ts";
import { allModules } from "./module-graph.ts";

/** Where they stand. */
const HOME = "lib/config/install-dirs.ts";

/** A directory of an installation of ours, or a prefix that there may be. */
const DIRECTORY = /\/(?:etc|run|var\/[a-z]+)\/(?:[a-z]+\/)?ctdb\b|\/(?:usr|opt)\//;

/** The directories that the code of a module names; what stands in comments does not count. */
export function directoriesIn(source: string): readonly string[] {
  const code = source
    .replace(/\/\*.*?\*\//gs, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
  return code.split("\n").flatMap((line, i) =>
    DIRECTORY.test(line) ? [`${i + 1}: ${line.trim()}`] : []
  );
}

/** Checks the programs and the library; a line for each directory that stands where it should not. */
export async function checkDirectories(): Promise<string[]> {
  const wrong: string[] = [];
  for (const module of await allModules()) {
    if (module === HOME || !/^(cli\/|lib\/|main\.ts|mod\.ts)/.test(module)) continue;
    for (const place of directoriesIn(await Deno.readTextFile(`${ROOT}${module}`))) {
      wrong.push(`${module}:${place}: ask installedPaths of lib/config/mod.ts`);
    }
  }
  return wrong;
}
