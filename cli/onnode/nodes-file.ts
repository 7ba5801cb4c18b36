import {
  decodeFileText,
  loadSettings,
  nodeLines,
  parseIpLiteral,
  type Paths,
  systemConfigIo,
} from "../../lib/config/mod.ts";
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

/**
 * The file that the configuration names, where the usual one is not there: the C program knows only
 * that. Undefined without such a name, and for a command, which has effects.
 */
export async function configuredNodesFile(paths: Paths): Promise<string | undefined> {
  if (exists(paths.nodes)) return undefined;
  const { values } = await loadSettings(paths, systemConfigIo);
  const source = values.text("cluster", "nodes list");
  return source?.startsWith("/") ? source : undefined;
}

/** Reads the file. Throws an {@link OnnodeError} if that is not possible. */
export function readNodesFile(path: string, io: ProgramIo): NodeTable {
  try {
    return parseNodesFile(decodeFileText(Deno.readFileSync(path)));
  } catch {
    const name = io.program.slice(io.program.lastIndexOf("/") + 1);
    throw new OnnodeError(`${name}: unable to open nodes file  "${path}"\n`);
  }
}

/**
 * One entry per node, with the numbers that the daemon gives them: a blank line is none, and a line
 * that begins with `#` one that is no more. (The C program counts blank lines.) What is no address is
 * kept as it is, for it may be a name.
 */
export function parseNodesFile(text: string): NodeTable {
  return nodeLines(text).map(({ word }) => word === undefined ? undefined : addressOf(word));
}

/** A remote shell knows no brackets. */
function addressOf(word: string): string {
  return parseIpLiteral(word)?.address ?? word.replace(/[ \t]/g, "");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
