import type { Codec } from "./codec.ts";
import { WireError } from "./errors.ts";
import { parseIp } from "./ip-text.ts";

export { parseIp } from "./ip-text.ts";

/**
 * An IP address with a port. `address` is canonical text (what `inet_ntop` prints), so two
 * addresses are the same exactly when their texts are.
 */
export interface SocketAddress {
  readonly family: 4 | 6;
  readonly address: string;
  /** 0 where no port is meant: public addresses. */
  readonly port: number;
  /** The interface of a link-local IPv6 address; absent when 0. Never compared. */
  readonly scopeId?: number;
}

const AF_INET = 2;
const AF_INET6 = 10;

/** A socket address, 28 bytes (wire.md 10.1). */
export const socketAddress: Codec<SocketAddress> = {
  minSize: 28,
  write(w, value) {
    const bytes = parseIp(value.address);
    if (bytes === undefined || bytes.byteLength !== (value.family === 4 ? 4 : 16)) {
      throw new WireError("value", `write IPv${value.family} address: ${value.address}`);
    }
    w.u16(value.family === 4 ? AF_INET : AF_INET6);
    w.u16be(value.port);
    if (value.family === 4) {
      w.bytes(bytes);
      w.zeros(20);
    } else {
      w.zeros(4);
      w.bytes(bytes);
      w.u32(value.scopeId ?? 0);
    }
  },
  read(r) {
    const family = r.u16();
    const port = r.u16be();
    if (family === AF_INET) {
      const address = formatIp(r.bytes(4));
      r.skip(20);
      return { family: 4, address, port };
    }
    if (family !== AF_INET6) throw new WireError("value", `read address family: ${family}`);
    r.skip(4);
    const address = formatIp(r.bytes(16));
    const scopeId = r.u32();
    return scopeId === 0 ? { family: 6, address, port } : { family: 6, address, port, scopeId };
  },
};

/** The socket address of an IP text. Throws {@link WireError} when it is none. */
export function parseSocketAddress(address: string, port = 0): SocketAddress {
  const bytes = parseIp(address);
  if (bytes === undefined) throw new WireError("value", `parse IP address: ${address}`);
  return { family: bytes.byteLength === 4 ? 4 : 6, address: formatIp(bytes), port };
}

/** `10.0.0.1:445` or `[fd00::1]:445`; without the port when it is 0. */
export function formatSocketAddress(address: SocketAddress): string {
  if (address.port === 0) return address.address;
  const host = address.family === 6 ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}

/** Whether two are the same address; their ports do not count. */
export function sameIp(a: SocketAddress, b: SocketAddress): boolean {
  const x = unmapIpv4(a);
  const y = unmapIpv4(b);
  return x.family === y.family && x.address === y.address;
}

/** Whether two are the same address and port. */
export function sameSocketAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a.port === b.port && sameIp(a, b);
}

/** An IPv4-mapped IPv6 address as IPv4; any other as it is. Needed before comparing (10.1). */
export function unmapIpv4(address: SocketAddress): SocketAddress {
  const prefix = "::ffff:";
  if (address.family !== 6 || !address.address.startsWith(prefix)) return address;
  const tail = address.address.slice(prefix.length);
  return tail.includes(".") ? { family: 4, address: tail, port: address.port } : address;
}

/** Canonical text of 4 or 16 bytes, as `inet_ntop` prints it. */
export function formatIp(bytes: Uint8Array): string {
  return bytes.byteLength === 4 ? bytes.join(".") : formatIpv6(bytes);
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  const zeros = longestZeroRun(groups);
  // Addresses that embed an IPv4 one (compatible and mapped) show it dotted, as libc does.
  const dotted = zeros.start === 0 &&
    (zeros.length === 6 || (zeros.length === 5 && groups[5] === 0xffff));
  const parts = groups.map((group) => group.toString(16));
  if (dotted) parts.splice(6, 2, formatIp(bytes.subarray(12)));
  if (zeros.length < 2) return parts.join(":");
  const head = parts.slice(0, zeros.start).join(":");
  const tail = parts.slice(zeros.start + zeros.length).join(":");
  return `${head}::${tail}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
