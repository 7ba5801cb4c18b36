import { Errno, errno, libcFunctions } from "../../base/mod.ts";

/** The system calls of a daemon that Deno has no name for. Loaded at the first use. */

/** The C library's functions. */
export const edgeLibc = libcFunctions({
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  fcntl_number: { name: "fcntl", parameters: ["i32", "i32", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  sched_setscheduler: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32" },
});

/** Whether a process exists, ours or not. */
export function processExists(pid: number): boolean {
  return pid > 0 && (edgeLibc().kill(pid, 0) === 0 || errno() === Errno.EPERM);
}

const SCHED_FIFO_RESET_ON_FORK = 1 | 0x40000000;

/** SCHED_FIFO priority 1 for this process; its children go back to normal. False: not allowed. */
export function makeRealtime(): boolean {
  const priority = new Uint8Array(new Int32Array([1]).buffer);
  return edgeLibc().sched_setscheduler(0, SCHED_FIFO_RESET_ON_FORK, priority) === 0;
}
