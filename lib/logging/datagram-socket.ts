/**
 * A connected datagram socket that never blocks, made with libc: Deno's own datagram sockets are
 * unstable, asynchronous and must be bound to a file.
 */

import { libcFunctions } from "../base/mod.ts";
import { MAX_LOG_PATH_BYTES } from "../limits/mod.ts";
import { LogError } from "./errors.ts";

/** Where datagrams go. */
export type DatagramTarget =
  | { readonly kind: "unix"; readonly path: string }
  | {
    readonly kind: "udp";
    readonly host: readonly [number, number, number, number];
    readonly port: number;
  };

/** Sends datagrams. */
export interface DatagramSocket {
  /** Whether the kernel took it. False means: not now, or the receiver is gone. Never blocks. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean;
  close(): void;
}

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC_NONBLOCK = 2 | 0o2000000 | 0o4000;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

const libc = libcFunctions({
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
});

/** Opens a socket to `target`. Throws {@link LogError} when nobody listens there. */
export function connectDatagram(target: DatagramTarget): DatagramSocket {
  const address = socketAddress(target);
  const family = target.kind === "unix" ? AF_UNIX : AF_INET;
  const fd = libc().socket(family, SOCK_DGRAM_CLOEXEC_NONBLOCK, 0);
  if (fd < 0) throw new LogError(`create log socket: ${nameOf(target)}`);
  if (libc().connect(fd, address, address.length) !== 0) {
    libc().close(fd);
    throw new LogError(`connect log socket: ${nameOf(target)}`);
  }
  let open = true;
  return {
    send: (bytes) =>
      open && libc().send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT_NOSIGNAL) >= 0n,
    close() {
      if (open) libc().close(fd);
      open = false;
    },
  };
}

function socketAddress(target: DatagramTarget): Uint8Array<ArrayBuffer> {
  return target.kind === "unix" ? unixAddress(target.path) : udpAddress(target.host, target.port);
}

/** `struct sockaddr_un`: family in host order, path, NUL. */
function unixAddress(path: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(path);
  if (text.length > MAX_LOG_PATH_BYTES || text.includes(0)) {
    throw new LogError(`name log socket: ${path}`);
  }
  const bytes = new Uint8Array(2 + text.length + 1);
  bytes.set(familyBytes(AF_UNIX));
  bytes.set(text, 2);
  return bytes;
}

/** `struct sockaddr_in`: family in host order, port and address in network order, 8 zeros. */
function udpAddress(host: readonly number[], port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  bytes.set(familyBytes(AF_INET));
  bytes.set([port >> 8, port & 0xff, ...host], 2);
  return bytes;
}

function familyBytes(family: number): Uint8Array {
  return new Uint8Array(new Uint16Array([family]).buffer);
}

function nameOf(target: DatagramTarget): string {
  return target.kind === "unix" ? target.path : `${target.host.join(".")}:${target.port}`;
}
