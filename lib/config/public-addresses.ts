import { MAX_ADDRESS_CHARACTERS, MAX_INTERFACE_CHARACTERS } from "../limits/mod.ts";
import type { SocketAddress } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";
import { parseIpLiteral } from "./ip-literal.ts";
import { textLines, wordsOf } from "./text-lines.ts";

/** One line of the public_addresses file. */
export interface ListedAddress {
  /** Its number, from 1. */
  readonly line: number;
  /** Port 0. */
  readonly address: SocketAddress;
  /** Prefix length, at most 32 or 128. */
  readonly maskBits: number;
  /** In order of preference. A list of commas alone has none: then the address can be nowhere. */
  readonly interfaces: readonly string[];
}

/**
 * Reads a public_addresses file (`failover.md` 1): `ADDRESS/MASK IFACE[,IFACE...]`, in its order;
 * what follows is left out, as are lines that begin with `#`. Throws {@link ConfigError} at the first
 * bad line: there is no partial list. Whether the interfaces are there is not looked at.
 */
export function parsePublicAddresses(text: string, file: string): ListedAddress[] {
  const seen = new Map<string, number>();
  return textLines(text).flatMap((line) => {
    const words = wordsOf(line);
    if (words.length === 0) return [];
    const fail = publicAddressError(file, line.line);
    const entry = addressOf(words, line.line, fail);
    const { address } = entry.address;
    const before = seen.get(address);
    if (before !== undefined) fail(`listed already in line ${before}: ${address}`);
    seen.set(address, line.line);
    return [entry];
  });
}

/** Ends the reading of a public_addresses file because of what a line says. */
export function publicAddressError(file: string, line: number): Fail {
  return (what) => {
    throw new ConfigError(`read public address, ${what}`, { file, line });
  };
}

/** `ADDRESS/MASK` as files and commands write it; undefined when it is not that. */
export function parseAddressMask(
  word: string,
): { readonly address: SocketAddress; readonly maskBits: number } | undefined {
  const [, literal, mask] = /^(.+)\/\+?(\d+)$/.exec(word) ?? [];
  if (mask === undefined || literal === undefined || word.length > MAX_ADDRESS_CHARACTERS) {
    return undefined;
  }
  const address = parseIpLiteral(literal);
  const bits = Number(mask);
  if (address === undefined || bits > (address.family === 4 ? 32 : 128)) return undefined;
  return { address, maskBits: bits };
}

type Fail = (what: string) => never;

function addressOf(words: readonly string[], line: number, fail: Fail): ListedAddress {
  const [word, list] = words as [string, string?];
  const parsed = parseAddressMask(word) ?? fail(`no address/mask: ${word}`);
  if (list === undefined) return fail(`no interface given: ${word}`);
  const interfaces = list.split(",").filter((name) => name !== "");
  for (const name of interfaces) {
    if (name.length > MAX_INTERFACE_CHARACTERS) fail(`interface name too long: ${name}`);
  }
  return { line, ...parsed, interfaces };
}
