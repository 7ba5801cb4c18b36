/**
 * Checks that imports go down the layers, and into another folder of `lib/` only through its
 * `mod.ts`.
 *
 * @module
 */
import { ROOT } from "./console.ts";

/** The folders of `lib/`, each of which may import those before it (`docs/architecture.md`). */
export const LAYERS: readonly string[] = [
  "base",
  "wire",
  "samba",
  "tdb",
  "logging",
  "config",
  "transport",
  "client",
  "cluster-lock",
  "events",
  "records",
  "membership",
  "recovery",
  "failover",
  "survey",
  "admin",
  "daemon",
];

/** The modules that `source` imports by a relative path, types included. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;
  return [...code.matchAll(pattern)].map((match) => match[1]!);
}

/**
 * Why `module` may not import `imported`, both paths from the root of the tree; `undefined` when it
 * may.
 */
export function wrongImport(module: string, imported: string): string | undefined {
  const to = layerOf(imported);
  const from = layerOf(module);
  if (from === to) return undefined;
  if (to === undefined) {
    return from === undefined ? undefined : "lib/ must stand on its own";
  }
  if (imported !== `lib/${to}/mod.ts`) return `only lib/${to}/mod.ts may be imported from there`;
  if (from === undefined) return undefined;
  return LAYERS.indexOf(to) < LAYERS.indexOf(from)
    ? undefined
    : `lib/${to} is not below lib/${from}`;
}

/** The folder of `lib/` that a path is in. Throws for one that has no place in the order. */
function layerOf(path: string): string | undefined {
  const layer = /^lib\/([^/]+)\//.exec(path)?.[1];
  if (layer !== undefined && !LAYERS.includes(layer)) {
    throw new RangeError(`layer of ${path}: not in the list of tools/imports.ts`);
  }
  return layer;
}

/** Checks the programs and the library; a line for each wrong import. */
export async function checkImports(): Promise<string[]> {
  const wrong: string[] = [];
  for await (const module of modules()) {
    const base = new URL(module, "file:///");
    for (const specifier of importsOf(await Deno.readTextFile(`${ROOT}${module}`))) {
      const imported = new URL(specifier, base).pathname.slice(1);
      const reason = wrongImport(module, imported);
      if (reason !== undefined) wrong.push(`${module} imports ${imported}: ${reason}`);
    }
  }
  return wrong;
}

async function* modules(): AsyncGenerator<string> {
  for (const file of ["main.ts", "mod.ts"]) yield file;
  for (const directory of ["cli", "lib"]) yield* modulesBelow(directory);
}

async function* modulesBelow(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* modulesBelow(path);
    else if (name.endsWith(".ts")) yield path;
  }
}
