import { assertInvariant } from "../base/mod.ts";
import { formatIp, parseIp, type SocketAddress, unmapIpv4 } from "../wire/mod.ts";

/** The 4 or 16 bytes of an address in canonical text, as decoded values have it. */
export function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  const bytes = parseIp(address);
  assertInvariant(bytes !== undefined, `bytes of an address: ${address}`);
  return bytes;
}

/**
 * The text by which an address is compared and kept: canonical, IPv4-mapped IPv6 as IPv4.
 * `undefined` when `text` is no address.
 */
export function canonicalAddress(text: string): string | undefined {
  const bytes = parseIp(text);
  if (bytes === undefined) return undefined;
  const family = bytes.length === 4 ? 4 : 6;
  return unmapIpv4({ family, address: formatIp(bytes), port: 0 }).address;
}

/** The text by which the address of a socket address is compared; see {@link canonicalAddress}. */
export function addressKey(address: SocketAddress): string {
  return unmapIpv4(address).address;
}
