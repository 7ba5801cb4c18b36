import { ROOT } from "../console.ts";
import { allModules } from "../module-graph.ts";

/** A constant that bounds something. */
export interface Limit {
  readonly path: string;
  readonly name: string;
  /** As it is written. */
  readonly value: string;
  /** The comment above it, in one line. */
  readonly what: string;
}

/** Names of constants that are bounds. */
const NAME = /(?:MAX|MOST|LARGEST|LONGEST)_\w+/.source;
const CONSTANT = new RegExp(
  `(?:/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n)?^(?:export )?const (${NAME})(?:: \\w+)? = ([^;]+);`,
  "gm",
);

/** The limits in a source; what has no comment is of what its name says. */
export function limitsIn(path: string, source: string): Limit[] {
  return [...source.matchAll(CONSTANT)].map(([, comment = "", name, value]) => ({
    path,
    name: name!,
    value: value!.replace(/\s+/g, " "),
    what: comment.replace(/^\s*\* ?/gm, "").replace(/\{@link (\w+)\}/g, "$1").replace(/\s+/g, " ")
      .trim(),
  }));
}

/** Those of `lib/`, by their place. */
export async function readLimits(): Promise<Limit[]> {
  const paths = (await allModules()).filter((path) => path.startsWith("lib/")).sort();
  const found = await Promise.all(
    paths.map(async (path) => limitsIn(path, await Deno.readTextFile(`${ROOT}${path}`))),
  );
  return found.flat();
}
