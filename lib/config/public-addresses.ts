import type { SocketAddress } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";
import { parseIpLiteral } from "./ip-literal.ts";

/** One line of the public_addresses file. */
export interface PublicAddress {
  /** Port 0. */
  readonly address: SocketAddress;
  /** Prefix length; one byte, not checked against the family, as in the C daemon. */
  readonly maskBits: number;
  /** In order of preference. A list of commas alone has none: then the address can be nowhere. */
  readonly interfaces: readonly string[];
}

const maxAddressWord = 63;
const maxInterfaceName = 16;
const greatestUnsignedLong = (1n << 64n) - 1n;

/**
 * Reads a public_addresses file (`failover.md` 1): `ADDRESS/MASK IFACE[,IFACE...]`, in its order.
 * Throws {@link ConfigError} at the first bad line: there is no partial list.
 *
 * `interfaceExists` asks the machine; leave it out to check the text only.
 */
export function parsePublicAddresses(
  text: string,
  file: string,
  interfaceExists: (name: string) => boolean = () => true,
): PublicAddress[] {
  const addresses: PublicAddress[] = [];
  const seen = new Set<string>();
  for (const [index, raw] of text.split("\n").entries()) {
    const words = wordsOf(raw);
    if (words.length === 0 || words[0]!.startsWith("#")) continue;
    const fail: Fail = (what) => {
      throw new ConfigError(`read public address, ${what}`, { file, line: index + 1 });
    };
    const entry = addressOf(words, interfaceExists, fail);
    if (seen.has(entry.address.address)) fail(`listed twice: ${entry.address.address}`);
    seen.add(entry.address.address);
    addresses.push(entry);
  }
  return addresses;
}

/** `ADDRESS/MASK` as files and commands write it; undefined when it is not that. */
export function parseAddressMask(
  word: string,
): { readonly address: SocketAddress; readonly maskBits: number } | undefined {
  const [, literal, mask] = /^(.+)\/\+?(\d+)$/.exec(word) ?? [];
  if (mask === undefined || literal === undefined || word.length > maxAddressWord) return undefined;
  const address = parseIpLiteral(literal);
  const bits = BigInt(mask);
  if (address === undefined || bits > greatestUnsignedLong) return undefined;
  return { address, maskBits: Number(BigInt.asUintN(8, bits)) };
}

/** Carriage returns are dropped at the end of a line only; a NUL ends it. */
function wordsOf(raw: string): string[] {
  const line = raw.replace(/\0.*/s, "").replace(/[ \t\r]+$/, "");
  return line.split(/[ \t]+/).filter((word) => word !== "");
}

type Fail = (what: string) => never;

function addressOf(
  words: readonly string[],
  interfaceExists: (name: string) => boolean,
  fail: Fail,
): PublicAddress {
  const [word, list] = words as [string, string?];
  const parsed = parseAddressMask(word) ?? fail(`no address/mask: ${word}`);
  if (list === undefined) return fail(`no interface given: ${word}`);
  const interfaces = list.split(",").filter((name) => name !== "");
  for (const name of interfaces) {
    if (name.length > maxInterfaceName) fail(`interface name too long: ${name}`);
    if (!interfaceExists(name)) fail(`no such interface: ${name}`);
  }
  return { ...parsed, interfaces };
}
