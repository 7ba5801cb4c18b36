import { CtdbError, libcFunctions } from "../base/mod.ts";

/**
 * The few system calls behind running a script that Deno has no words for: one pipe for stdout and
 * stderr, an exec that reports its errno (Deno's falls back to a shell), argv[0], all signals reset.
 */
export const scriptLibc = libcFunctions({
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "i64"], result: "i64" },
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addclosefrom_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    optional: true,
  },
});

/** The C library's functions. */
export type Libc = ReturnType<typeof scriptLibc>;

const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const SYS_PIDFD_OPEN = 434n;

/** The system refused a descriptor. */
export class DescriptorError extends CtdbError {}

/** A pipe: reading never blocks, and neither end is inherited unless it is asked for. */
export function openPipe(): { readEnd: number; writeEnd: number } {
  const ends = new Int32Array(2);
  if (scriptLibc().pipe2(ends, O_CLOEXEC) !== 0) {
    throw new DescriptorError("cannot make a pipe: pipe2");
  }
  const [readEnd, writeEnd] = [aboveStandard(ends[0]!), aboveStandard(ends[1]!)];
  scriptLibc().fcntl(readEnd, F_SETFL, BigInt(O_NONBLOCK));
  return { readEnd, writeEnd };
}

/** A process that was started with closed standard streams could get their numbers for the pipe. */
function aboveStandard(fd: number): number {
  if (fd > 2) return fd;
  const moved = scriptLibc().fcntl(fd, F_DUPFD_CLOEXEC, 3n);
  scriptLibc().close(fd);
  if (moved < 0) throw new DescriptorError(`cannot move a descriptor above stderr: ${fd}`);
  return moved;
}

/** A descriptor that becomes readable when the process ends, or -1 where the kernel has none. */
export function openPidfd(pid: number): number {
  return Number(scriptLibc().syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n));
}

/** Closes a descriptor that is open (not -1). */
export function closeDescriptor(fd: number): void {
  if (fd >= 0) scriptLibc().close(fd);
}
