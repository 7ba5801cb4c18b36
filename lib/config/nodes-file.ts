import type { SocketAddress } from "../wire/mod.ts";
import { parseSocketAddress } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";
import { parseIpLiteral } from "./ip-literal.ts";

/** The port of `ctdb/tcp` where the services database does not say otherwise. */
export const defaultCtdbPort = 4379;

/** More nodes than any cluster has; a list with more is not one of nodes. */
const maxNodes = 4096;

/** One line of the nodes file. */
export interface NodeEntry {
  /** The place in the list, from 0. */
  readonly pnn: number;
  /** 0.0.0.0 when deleted. */
  readonly address: SocketAddress;
  /** The line begins with `#`: it keeps its number and names nobody. */
  readonly deleted: boolean;
}

/** The list of all nodes, in the order of their numbers. */
export type NodesList = readonly NodeEntry[];

/**
 * Reads a nodes file (`cluster.md` 2.2). Empty lines count for nothing; a line that begins with `#` is
 * a deleted node. Throws {@link ConfigError} at the first line that is no address: then the whole
 * list is worth nothing, for the numbers of all later nodes hang on it.
 *
 * `source` is what the error names; `port` goes into every address.
 */
export function parseNodes(text: string, source: string, port = defaultCtdbPort): NodesList {
  const nodes: NodeEntry[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = trimLine(raw);
    if (line === "") continue;
    if (nodes.length === maxNodes) {
      throw new ConfigError(`read nodes, more than ${maxNodes}: ${source}`, { file: source });
    }
    const place = { file: source, line: index + 1 };
    nodes.push(nodeOf(line, nodes.length, port, place));
  }
  return nodes;
}

/**
 * Words of a nodes list that is a command (`!` and the command line): split at blanks and tabs, no
 * quoting. Undefined when `source` is a path. Throws {@link ConfigError} unless the first word is a
 * full path.
 */
export function nodesCommand(source: string): readonly [string, ...string[]] | undefined {
  if (!source.startsWith("!")) return undefined;
  const [program, ...args] = source.slice(1).split(/[ \t]+/).filter((word) => word !== "");
  if (program === undefined || !program.startsWith("/")) {
    throw new ConfigError(`run nodes list without a full path: ${source}`, { file: source });
  }
  return [program, ...args];
}

/** The port of `ctdb/tcp` in the text of `/etc/services`; {@link defaultCtdbPort} if it has none. */
export function ctdbPortOf(services: string): number {
  for (const line of services.split("\n")) {
    const [name, entry, ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (name !== "ctdb" && !aliases.includes("ctdb")) continue;
    const port = Number(/^(\d{1,5})\/tcp$/.exec(entry ?? "")?.[1]);
    if (port > 0 && port <= 0xffff) return port;
  }
  return defaultCtdbPort;
}

function nodeOf(
  line: string,
  pnn: number,
  port: number,
  place: { file: string; line: number },
): NodeEntry {
  if (line.startsWith("#")) {
    return { pnn, address: parseSocketAddress("0.0.0.0", port), deleted: true };
  }
  const address = parseIpLiteral(line, port);
  if (address === undefined) throw new ConfigError(`Invalid node address ${line}`, place);
  return { pnn, address, deleted: false };
}

/** As the C daemon has it: a NUL ends the line, a carriage return is dropped at its end only. */
function trimLine(raw: string): string {
  return raw.replace(/\0.*/s, "").replace(/^[ \t]+/, "").replace(/[ \t\r]+$/, "");
}
