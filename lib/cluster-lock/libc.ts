/**
 * The system calls behind record locks. Loaded when first used, so that importing the folder
 * costs nothing.
 *
 * `fcntl` and `open` are variadic in C; on Linux/x86-64 and Linux/AArch64 their arguments travel
 * in the same registers as those of a plain function.
 *
 * @module
 */
import { libcFunctions } from "../base/mod.ts";

/** The C library's functions. */
export const lockLibc = libcFunctions({
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
});
