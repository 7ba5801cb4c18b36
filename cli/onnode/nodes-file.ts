import type { ProgramIo } from "../io.ts";
import { OnnodeError } from "./errors.ts";

/** Entry N is the address of node N; `undefined` where the node was deleted. */
export type NodeTable = ReadonlyArray<string | undefined>;

/** The file with the nodes: -f's, looked for also in the configuration directory, or `nodes`. */
export function nodesFilePath(asked: string | undefined, base: string, cwd: string): string {
  const name = asked ?? `${base}/nodes`;
  if (name.startsWith("/")) return name;
  return exists(`${cwd}/${name}`) ? `${cwd}/${name}` : `${base}/${name}`;
}

/** Reads the file. Throws an {@link OnnodeError} if that is not possible. */
export function readNodesFile(path: string, io: ProgramIo): NodeTable {
  try {
    return parseNodesFile(Deno.readTextFileSync(path));
  } catch {
    const name = io.program.slice(io.program.lastIndexOf("/") + 1);
    throw new OnnodeError(`${name}: unable to open nodes file  "${path}"\n`);
  }
}

/**
 * One entry per line, and unlike the daemon also for a blank line: what is empty once the comment
 * and all blanks are gone is a node that is no more (`cli.md` 5).
 */
export function parseNodesFile(text: string): NodeTable {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/#.*/, "").replace(/[ \t]/g, "") || undefined);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
