import { CtdbError } from "../../base/mod.ts";
import { parseSocketAddress, type SocketAddress } from "../../wire/mod.ts";
import { canonicalAddress } from "../address.ts";

/** A text is not what `IP:PORT` or a list of pairs of these looks like. */
export class ConnectionTextError extends CtdbError {}

/**
 * `10.0.0.1:445`, `[fd00::1]:445` or `fd00::1:445`: the last colon parts the port off. An
 * IPv4-mapped address becomes IPv4.
 */
export function parseEndpoint(text: string): SocketAddress {
  const colon = text.lastIndexOf(":");
  const port = text.slice(colon + 1);
  const address = canonicalAddress(text.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, "$1"));
  if (address === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 0xffff) {
    throw new ConnectionTextError(`parse IP:PORT: ${text}`);
  }
  return parseSocketAddress(address, Number(port));
}

/**
 * The pairs of a list as `ctdb tickle` and `ctdb_killtcp` read it from standard input: two words a
 * line, empty lines and lines that begin with `#` do not count, further words are ignored.
 */
export function parseConnectionLines(text: string): [SocketAddress, SocketAddress][] {
  const pairs: [SocketAddress, SocketAddress][] = [];
  for (const line of text.split("\n")) {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== "");
    if (words.length === 0 || line.startsWith("#")) continue;
    const [first, second] = words;
    if (first === undefined || second === undefined) {
      throw new ConnectionTextError(`parse a pair of IP:PORT: ${line}`);
    }
    pairs.push([parseEndpoint(first), parseEndpoint(second)]);
  }
  return pairs;
}
