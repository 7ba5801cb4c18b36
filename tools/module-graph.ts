/**
 * Which modules of the tree import which, by the relative paths in their source.
 *
 * @module
 */
import { ROOT } from "./console.ts";

/** The folders that have modules; `main.ts` and the faces of the library stand beside them. */
const FOLDERS: readonly string[] = ["bench", "cli", "lib", "testing", "tests", "tools"];

/** Every module of the tree with the modules that it imports, as paths from the root. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the whole tree. */
export async function readModuleGraph(): Promise<ModuleGraph> {
  const graph = new Map<string, readonly string[]>();
  for (const module of await allModules()) {
    const base = new URL(module, "file:///");
    const source = await Deno.readTextFile(`${ROOT}${module}`);
    graph.set(module, importsOf(source).map((to) => new URL(to, base).pathname.slice(1)));
  }
  return graph;
}

/** The modules that `source` imports by a relative path, types included. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  const pattern = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;
  return [...code.matchAll(pattern)].map((match) => match[1]!);
}

/** The modules that reach one of `changed` by their imports, those themselves included. */
export function dependentsOf(graph: ModuleGraph, changed: Iterable<string>): Set<string> {
  const importers = new Map<string, string[]>();
  for (const [module, imports] of graph) {
    for (const imported of imports) {
      const known = importers.get(imported);
      if (known === undefined) importers.set(imported, [module]);
      else known.push(module);
    }
  }
  const reached = new Set(changed);
  for (const module of reached) {
    for (const importer of importers.get(module) ?? []) reached.add(importer);
  }
  return reached;
}

/** The paths of all modules from the root. */
export async function allModules(): Promise<string[]> {
  const found = ["main.ts", "mod.ts", "mod_testing.ts"];
  for (const folder of FOLDERS) await collect(folder, found);
  return found;
}

async function collect(folder: string, found: string[]): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}${folder}`)).catch(() => []);
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) await collect(path, found);
    else if (name.endsWith(".ts")) found.push(path);
  }
}
