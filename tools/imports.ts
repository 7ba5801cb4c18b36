/**
 * Checks that imports go down the layers, and into another folder of `lib/` only through its
 * `mod.ts`, or a `mod_*.ts` that has a part of it.
 *
 * @module
 */
import { readModuleGraph } from "./module-graph.ts";

/** What of a folder others may import: all of it, or a part that loads less (`mod_paths.ts`). */
const FACE = /^lib\/[^/]+\/mod(_[a-z]+)?\.ts$/;

/** The folders of `lib/`, each of which may import those before it (`docs/architecture.md`). */
export const LAYERS: readonly string[] = [
  "limits",
  "base",
  "wire",
  "samba",
  "loop",
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

/** The folders beside `lib/`, with those beside it that they may import from. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  cli: [],
  testing: ["cli"],
  tools: ["cli", "testing", "bench", "tests"],
  bench: ["cli", "testing", "tools", "tests"],
  tests: ["cli", "testing", "bench", "tools"],
};

/**
 * Why `module` may not import `imported`, both paths from the root of the tree; `undefined` when it
 * may.
 */
export function wrongImport(module: string, imported: string): string | undefined {
  if (imported.endsWith(".test.ts")) return "tests are run, not imported";
  const top = folderOf(module);
  const beside = folderOf(imported);
  if (top !== undefined && top !== beside && beside !== "lib") {
    if (beside === undefined) {
      // The face of the library and the binary stand above all of it.
      return top === "lib" || top === "cli" ? "lib/ and cli/ must stand on their own" : undefined;
    }
    if (!BESIDE[top]!.includes(beside)) return `${beside}/ is not below ${top}/`;
  }
  // A test of a module reaches right into it.
  return top === "tests" ? undefined : wrongLayer(module, imported);
}

function wrongLayer(module: string, imported: string): string | undefined {
  const to = layerOf(imported);
  const from = layerOf(module);
  if (from === to || to === undefined) return undefined;
  if (!FACE.test(imported)) return `only lib/${to}/mod.ts may be imported from there`;
  if (from === undefined) return undefined;
  return LAYERS.indexOf(to) < LAYERS.indexOf(from)
    ? undefined
    : `lib/${to} is not below lib/${from}`;
}

/** The folder at the root that a path is in, if it has a place in the order. */
function folderOf(path: string): string | undefined {
  const folder = path.slice(0, Math.max(path.indexOf("/"), 0));
  return folder in BESIDE ? folder : undefined;
}

/** The folder of `lib/` that a path is in. Throws for one that has no place in the order. */
function layerOf(path: string): string | undefined {
  const layer = /^lib\/([^/]+)\//.exec(path)?.[1];
  if (layer !== undefined && !LAYERS.includes(layer)) {
    throw new RangeError(`layer of ${path}: not in the list of tools/imports.ts`);
  }
  return layer;
}

/** Checks all modules of the tree; a line for each wrong import. */
export async function checkImports(): Promise<string[]> {
  const wrong: string[] = [];
  for (const [module, imports] of await readModuleGraph()) {
    for (const imported of imports) {
      const reason = wrongImport(module, imported);
      if (reason !== undefined) wrong.push(`${module} imports ${imported}: ${reason}`);
    }
  }
  return wrong;
}
