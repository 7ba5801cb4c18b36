/**
 * The system calls behind record locks. Loaded when first used, so that importing the folder
 * costs nothing.
 *
 * `fcntl` and `open` are variadic in C; on Linux/x86-64 and Linux/AArch64 their arguments travel
 * in the same registers as those of a plain function.
 *
 * @module
 */

const symbols = {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  /** The same on a thread of the pool: POSIX locks belong to the process, not to the thread. */
  fcntlBlocking: {
    name: "fcntl",
    parameters: ["i32", "i32", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  getppid: { parameters: [], result: "i32" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

type Libc = Deno.DynamicLibrary<typeof symbols>["symbols"];

let loaded: Libc | undefined;

/** The C library's functions. */
export function libc(): Libc {
  loaded ??= Deno.dlopen("libc.so.6", symbols).symbols;
  return loaded;
}

/** `errno` of this thread; to be asked before anything else is called. */
export function errno(): number {
  const location = libc().__errno_location();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
}

/** A path as C wants it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
