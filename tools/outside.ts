/**
 * Checks that nothing leans on a file beside the repository: a clone has only what is in it.
 *
 * @module
 */
import { ROOT } from "./console.ts";
import { sourceFiles } from "./source-files.ts";

/** A path in quotes that begins by going up. */
const UPWARDS = /["'`]((?:\.\.\/)+)[^"'`\n]*["'`]/g;
/** The same behind a variable that holds the root. */
const ABOVE_ROOT = /\$\{?(?:root|ROOT|top|TOP)\}?\/?\.\.\//g;

/** The lines of a source that name something outside of the tree; `path` is from the root. */
export function outsideIn(path: string, source: string): number[] {
  const depth = path.split("/").length - 1;
  const lineOf = (index: number) => source.slice(0, index).split("\n").length;
  return [
    ...[...source.matchAll(UPWARDS)].filter(([, up]) => up!.length / 3 > depth),
    ...source.matchAll(ABOVE_ROOT),
  ].map(({ index }) => lineOf(index));
}

/** A line for each place. */
export async function checkOutside(): Promise<string[]> {
  const wrong: string[] = [];
  for (const path of await sourceFiles([".ts", ".sh", ".json"])) {
    if (path.startsWith("tests/vectors/")) continue;
    const source = await Deno.readTextFile(`${ROOT}${path}`);
    for (const line of outsideIn(path, source)) {
      wrong.push(`${path}:${line}: names a file outside of the repository`);
    }
  }
  return wrong;
}
