/**
 * What Deno has no name for on connected sockets: who is the peer of a Unix socket, and a write that
 * costs one system call instead of a trip through streams.
 */

import { libcFunctions } from "../base/mod.ts";

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SOCK_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const POLLIN = 1;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

const libc = libcFunctions({
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
});

/** Peer credentials of a Unix socket. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Asks the kernel who connected; undefined when the descriptor is no connected Unix socket. */
export function peerCredentials(fd: number): PeerCredentials | undefined {
  const value = new Int32Array(3);
  const size = new Uint32Array([value.byteLength]);
  const bytes = new Uint8Array(value.buffer);
  const result = libc().getsockopt(fd, SOL_SOCKET, SO_PEERCRED, bytes, new Uint8Array(size.buffer));
  if (result !== 0 || size[0] !== value.byteLength) return undefined;
  return { pid: value[0]!, uid: value[1]!, gid: value[2]! };
}

/** Whether something waits to be read, or somebody to be accepted. */
export function isReadable(fd: number): boolean {
  // struct pollfd: i32 fd, i16 events, i16 revents.
  const entry = new Int32Array([fd, POLLIN]);
  return libc().poll(entry, 1n, 0) === 1;
}

/** The next connection of a non-blocking listening socket; -1 when there is none, or no descriptor. */
export function acceptNow(fd: number): number {
  return libc().accept4(fd, null, null, SOCK_NONBLOCK_CLOEXEC);
}

/** Closes a descriptor. */
export function closeNow(fd: number): void {
  libc().close(fd);
}

/** Writes what the socket takes at once; -1 when it takes nothing now or is broken. Never blocks. */
export function sendNow(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return Number(libc().send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT_NOSIGNAL));
}
