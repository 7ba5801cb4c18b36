import { formatIp } from "../wire/mod.ts";

/**
 * What Deno has no name for on connected sockets: who is the peer of a Unix socket, which descriptor
 * a TCP socket has, and a write that costs one system call instead of a trip through streams.
 */

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const AF_INET = 2;
const AF_INET6 = 10;
/** Room for any `struct sockaddr`. */
const SOCKADDR_BYTES = 128;
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

const symbols = {
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
} as const;

let library: Deno.DynamicLibrary<typeof symbols> | undefined;

function libc(): Deno.DynamicLibrary<typeof symbols>["symbols"] {
  library ??= Deno.dlopen("libc.so.6", symbols);
  return library.symbols;
}

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

/** Both ends of a TCP connection. No two connections of a machine have the same. */
export interface TcpEnds {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/**
 * The descriptor of this process that is connected just so; undefined when there is none. It is to
 * be used only while its owner has not closed it.
 */
export function tcpDescriptor(ends: TcpEnds): number | undefined {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const fd = Number(name);
    const local = socketName(fd, libc().getsockname);
    if (local?.port !== ends.localPort || local.address !== ends.localAddress) continue;
    const remote = socketName(fd, libc().getpeername);
    if (remote?.port === ends.remotePort && remote.address === ends.remoteAddress) return fd;
  }
  return undefined;
}

/** Writes what the socket takes at once; -1 when it takes nothing now or is broken. Never blocks. */
export function sendNow(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  return Number(libc().send(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT_NOSIGNAL));
}

type NameCall = ReturnType<typeof libc>["getsockname"];

function socketName(fd: number, call: NameCall): { address: string; port: number } | undefined {
  const name = new Uint8Array(SOCKADDR_BYTES);
  const size = new Uint8Array(new Uint32Array([SOCKADDR_BYTES]).buffer);
  if (call(fd, name, size) !== 0) return undefined;
  const view = new DataView(name.buffer);
  const port = view.getUint16(2);
  switch (view.getUint16(0, true)) {
    case AF_INET:
      return { address: formatIp(name.subarray(4, 8)), port };
    case AF_INET6:
      return { address: formatIp(name.subarray(8, 24)), port };
  }
}
