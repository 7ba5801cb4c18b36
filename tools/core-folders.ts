/**
 * Checks that the protocol core awaits nothing: it is plain functions of state, event and time, and
 * procedures (`lib/base/procedure.ts`) that the turn itself resumes. It runs where no promise of
 * Deno's ever completes, and on virtual time.
 *
 * @module
 */
import { ROOT } from "./console.ts";

/** The folders of the core, with all that is below them unless it is listed in {@link EDGE}. */
export const CORE_FOLDERS: readonly string[] = [
  "lib/wire",
  "lib/records",
  "lib/membership",
  "lib/recovery",
  "lib/failover/ipalloc",
  "lib/failover/node",
  "lib/failover/takeover",
  "lib/daemon",
];

/** What lies below a folder of the core and is none of it. */
export const EDGE: readonly string[] = [
  "lib/daemon/border",
  "lib/daemon/edge",
  "lib/records/storage",
];

const FORBIDDEN =
  /\b(?:async|await|Promise|PromiseLike|setTimeout|setInterval|setImmediate|queueMicrotask|AbortSignal|AbortController|Deno\.\w+)\b|"node:[\w/]+"/g;

/** What `source` has that the core must not have, with its line. */
export function forbiddenIn(source: string): { readonly line: number; readonly word: string }[] {
  const code = withoutTexts(source);
  return [...code.matchAll(FORBIDDEN)].map((match) => ({
    line: code.slice(0, match.index).split("\n").length,
    word: match[0],
  }));
}

/** The same with comments and the texts of strings blanked out; imports keep theirs. */
function withoutTexts(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  return source
    .replace(/\/\*[^]*?\*\/|(?<!["'`:\\])\/\/.*$/gm, blank)
    .replace(/"(?!node:)(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, blank)
    .replace(/`(?:[^`\\]|\\.)*`/g, (text) => {
      // What is inserted is code.
      return text.split(/(\$\{[^}]*\})/).map((part) => part.startsWith("${") ? part : blank(part))
        .join("");
    });
}

/** Complaints about the core's files, one a line; empty when all is well. */
export async function checkCoreFolders(): Promise<string[]> {
  const complaints: string[] = [];
  for (const folder of CORE_FOLDERS) {
    for await (const path of sourcesIn(folder)) {
      const source = await Deno.readTextFile(`${ROOT}${path}`);
      for (const { line, word } of forbiddenIn(source)) {
        complaints.push(
          `${path}:${line}: ${word}: the core awaits nothing (tools/core-folders.ts)`,
        );
      }
    }
  }
  return complaints;
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (EDGE.includes(path)) continue;
    if (entry.isDirectory) yield* sourcesIn(path);
    else if (path.endsWith(".ts")) yield path;
  }
}
