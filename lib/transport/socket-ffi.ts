/**
 * What Deno has no name for on connected sockets: who is the peer of a Unix socket, and a write that
 * costs one system call instead of a trip through streams.
 */

import { libcFunctions } from "../base/mod.ts";

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

const libc = libcFunctions({
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
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

/** Writes what the socket takes at once; -1 when it takes nothing now or is broken. Never blocks. */
export function sendNow(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return Number(libc().send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT_NOSIGNAL));
}
