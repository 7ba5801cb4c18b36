import type { SocketAddress } from "../wire/mod.ts";
import { ConfigError } from "./errors.ts";
import { parseIpLiteral } from "./ip-literal.ts";

/** One line of the public_addresses file. */
export interface PublicAddress {
  /** Port 0. */
  readonly address: SocketAddress;
  /** Prefix length; one byte, not checked against the family, as in the C daemon. */
  readonly maskBits: number;
  /** In order of preference; at least one. */
  readonly interfaces: readonly string[];
}

const maxAddressWord = 63;
const maxInterfaceName = 16;

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
    const words = raw.replace(/\0.*/s, "").split(/[ \t\r]+/).filter((word) => word !== "");
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
  const [, literal, mask] = /^(.+)\/(\d{1,10})$/.exec(word) ?? [];
  if (literal === undefined || word.length > maxAddressWord) return undefined;
  const address = parseIpLiteral(literal);
  return address === undefined ? undefined : { address, maskBits: Number(mask) & 0xff };
}

type Fail = (what: string) => never;

function addressOf(
  words: readonly string[],
  interfaceExists: (name: string) => boolean,
  fail: Fail,
): PublicAddress {
  const [word, list] = words as [string, string?];
  const parsed = parseAddressMask(word) ?? fail(`no address/mask: ${word}`);
  const interfaces = (list ?? "").split(",").filter((name) => name !== "");
  if (interfaces.length === 0) fail(`no interface given: ${word}`);
  for (const name of interfaces) {
    if (name.length > maxInterfaceName) fail(`interface name too long: ${name}`);
    if (!interfaceExists(name)) fail(`no such interface: ${name}`);
  }
  return { ...parsed, interfaces };
}
