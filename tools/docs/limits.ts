import { ROOT } from "../console.ts";
import { allModules } from "../module-graph.ts";

/** Where limits stand. */
export const HOME = "lib/limits/";

/** A constant that bounds something. */
export interface Limit {
  readonly name: string;
  /** As it is written. */
  readonly value: string;
  /** What the value counts: the last word of the name. */
  readonly unit: string;
  /** What it is of. */
  readonly what: string;
  /** What happens beyond it. */
  readonly beyond: string;
}

/** The limits of one subject. */
export interface LimitGroup {
  readonly path: string;
  /** What the module says of itself. */
  readonly title: string;
  readonly limits: readonly Limit[];
}

const TITLE = /^\/\*\*\n \* ([^]*?)\.\n/;
const CONSTANT =
  /^\/\*\*\n((?: \*.*\n)+?) \*\n \* Beyond it: ((?:.*\n)+?) \*\/\nexport const (\w+) = ([^;]+);/gm;

/** The limits in a source of `lib/limits/`. */
export function limitsIn(path: string, source: string): LimitGroup {
  return {
    path,
    title: TITLE.exec(source)?.[1] ?? path,
    limits: [...source.matchAll(CONSTANT)].map(([, what, beyond, name, value]) => ({
      name: name!,
      value: value!,
      unit: name!.slice(name!.lastIndexOf("_") + 1).toLowerCase(),
      what: inOneLine(what!),
      beyond: inOneLine(beyond!),
    })),
  };
}

function inOneLine(comment: string): string {
  return comment.replace(/^ \* ?/gm, "").replace(/\s+/g, " ").trim();
}

/** All limits, by subject. */
export async function readLimits(): Promise<LimitGroup[]> {
  const paths = (await allModules()).filter((path) =>
    path.startsWith(HOME) && !path.endsWith("/mod.ts")
  ).sort();
  return await Promise.all(
    paths.map(async (path) => limitsIn(path, await Deno.readTextFile(`${ROOT}${path}`))),
  );
}
