import { MAX_NODES } from "../limits/mod.ts";
import type { SocketAddress } from "../wire/mod.ts";
import { parseSocketAddress } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";
import { parseIpLiteral } from "./ip-literal.ts";
import { textLines } from "./text-lines.ts";

/** The port of `ctdb/tcp` where the services database does not say otherwise. */
export const defaultCtdbPort = 4379;

/** One line of the nodes file. */
export interface ListedNode {
  /** The place in the list, from 0. */
  readonly pnn: number;
  /** 0.0.0.0 when deleted. */
  readonly address: SocketAddress;
  /** The line begins with `#`: it keeps its number and names nobody. */
  readonly deleted: boolean;
}

/** The list of all nodes, in the order of their numbers. */
export type NodesList = readonly ListedNode[];

/** One line of a list of nodes, as it is written. The number of the node is its place in the list. */
export interface NodeLine {
  /** Counted from 1. */
  readonly line: number;
  /** The address or whatever is in its place; undefined: the node is deleted. */
  readonly word: string | undefined;
}

/**
 * The nodes of a nodes file (`cluster.md` 2.2): one line each. Empty lines count for nothing; a line
 * that begins with `#` is a deleted node; ` #` behind an address begins a comment.
 */
export function nodeLines(text: string): NodeLine[] {
  return textLines(text).map(({ line, text }) => ({
    line,
    word: text.startsWith("#") ? undefined : text.replace(/[ \t]+#.*$/, ""),
  }));
}

/**
 * Reads a nodes file. Throws {@link ConfigError} at the first line that is no address, or one that
 * was there before: then the whole list is worth nothing, for the numbers of all later nodes hang on
 * it.
 *
 * `source` is what the error names; `port` goes into every address.
 */
export function parseNodes(text: string, source: string, port = defaultCtdbPort): NodesList {
  const lines = nodeLines(text);
  if (lines.length > MAX_NODES) {
    throw new ConfigError(`read nodes, more than ${MAX_NODES}: ${source}`, { file: source });
  }
  const seen = new Map<string, number>();
  return lines.map(({ line, word }, pnn) => {
    if (word === undefined) {
      return { pnn, address: parseSocketAddress("0.0.0.0", port), deleted: true };
    }
    const place = { file: source, line };
    const address = parseIpLiteral(word, port);
    if (address === undefined) throw new ConfigError(`Invalid node address ${word}`, place);
    const before = seen.get(address.address);
    if (before !== undefined) {
      throw new ConfigError(`read nodes, listed already in line ${before}: ${word}`, place);
    }
    seen.set(address.address, line);
    return { pnn, address, deleted: false };
  });
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
