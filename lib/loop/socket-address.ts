import { MAX_SOCKET_PATH_BYTES } from "../limits/mod.ts";
import { parseIp } from "../wire/mod.ts";
import { SocketError } from "./errors.ts";

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** A `struct sockaddr` of the kernel, with the family that a socket for it is made with. */
export interface KernelAddress {
  readonly family: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The kernel's form of an IP address and port.
 *
 * @throws {SocketError} not an address
 */
export function inetAddress(address: string, port: number): KernelAddress {
  const ip = parseIp(address);
  if (ip === undefined) throw new SocketError(`use socket address: ${address}: not an IP address`);
  const family = ip.length === 4 ? AF_INET : AF_INET6;
  const bytes = new Uint8Array(family === AF_INET ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  bytes.set(ip, family === AF_INET ? 4 : 8);
  return { family, bytes };
}

/**
 * The kernel's form of a Unix socket's path.
 *
 * @throws {SocketError} too long a path
 */
export function unixAddress(path: string): KernelAddress {
  const name = new TextEncoder().encode(path);
  if (name.length >= MAX_SOCKET_PATH_BYTES) {
    throw new SocketError(
      `use socket path: ${path}: longer than ${MAX_SOCKET_PATH_BYTES - 1} bytes`,
    );
  }
  const bytes = new Uint8Array(2 + name.length + 1);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(name, 2);
  return { family: AF_UNIX, bytes };
}

/** The IP address in what the kernel filled in: 4 or 16 bytes; `undefined` for other families. */
export function ipOf(bytes: Uint8Array): { ip: Uint8Array; port: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const port = view.getUint16(2);
  switch (view.getUint16(0, true)) {
    case AF_INET:
      return { ip: bytes.slice(4, 8), port };
    case AF_INET6:
      return { ip: bytes.slice(8, 24), port };
  }
  return undefined;
}
