/**
 * What must hold of the source tree itself. `deno task ok` runs these before a commit, and
 * `tests/tools/source-tree.test.ts` with the tests.
 *
 * @module
 */
import { checkCitations } from "./citations.ts";
import { checkCommands } from "./commands.ts";
import { ROOT } from "./console.ts";
import { checkCoreFolders } from "./core-folders.ts";
import { checkLinks } from "./docs/links.ts";
import { undocumented } from "./exports.ts";
import { checkImports } from "./imports.ts";
import { checkDirectories } from "./directories.ts";
import { checkJsonDocs } from "./json-docs.ts";
import { checkOutside } from "./outside.ts";
import { capture } from "./run.ts";

/** One check of the source tree. */
export interface Check {
  readonly name: string;
  /** Resolves with what it found; empty if all is well. */
  readonly run: () => Promise<string>;
}

/** A check that is a command of Deno. */
export function deno(...args: string[]): () => Promise<string> {
  return async () => {
    const { success, output } = await capture([Deno.execPath(), ...args], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    // Of a test run only what failed is of interest.
    return success ? "" : output.slice(Math.max(output.indexOf(" ERRORS "), 0)) || "it failed";
  };
}

/** All checks, quick ones first. */
export const checks: readonly Check[] = [
  { name: "format", run: deno("fmt", "--check", "--quiet") },
  { name: "lint", run: deno("lint", "--quiet") },
  { name: "imports", run: async () => (await checkImports()).join("\n") },
  { name: "core", run: async () => (await checkCoreFolders()).join("\n") },
  { name: "directories", run: async () => (await checkDirectories()).join("\n") },
  { name: "commands", run: async () => (await checkCommands()).join("\n") },
  { name: "documentation", run: async () => (await undocumented()).join("\n") },
  { name: "library", run: deno("doc", "--lint", "mod.ts", "mod_testing.ts") },
  { name: "links", run: async () => (await checkLinks()).join("\n") },
  {
    name: "pages",
    run: async () => (await (await import("./docs/mod.ts")).outdatedPages()).join("\n"),
  },
  { name: "outside", run: async () => (await checkOutside()).join("\n") },
  { name: "schemas", run: async () => (await checkJsonDocs()).join("\n") },
  { name: "citations", run: async () => (await checkCitations()).join("\n") },
  {
    name: "style",
    run: async () => {
      // Its parser is there only where the import map is: for others the checks must load without.
      const { checkStyle } = await import("./style/mod.ts");
      return (await checkStyle()).broken.join("\n");
    },
  },
  // The examples in comments are modules, too.
  { name: "types", run: deno("check", "--doc", "--quiet", ".") },
];
