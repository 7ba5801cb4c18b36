import { runChild, signalChild } from "../child.ts";
import type { Call } from "./call.ts";
import { Errno } from "./failures.ts";

/** Exit statuses from here on are `errno` values, this number added. */
const ERRNO_BASE = 64;
const HIGHEST = 255;

/** The exit status of a command whose work a program does (cli.md 2.13). */
export function exitOfHelper(call: Call, what: string, status: number): number {
  if (status < ERRNO_BASE || status === HIGHEST) return status;
  call.note(`${what} failed with error ${status - ERRNO_BASE}`);
  return status - ERRNO_BASE;
}

/** Runs a helper program and returns the exit status of the command. */
export async function runHelper(
  call: Call,
  what: string,
  path: string,
  args: readonly string[],
): Promise<number> {
  const missing = whyNotRunnable(path);
  if (missing !== undefined) return exitOfHelper(call, what, ERRNO_BASE + missing);
  let started: Deno.ChildProcess | undefined;
  const stop = () => started !== undefined && signalChild(started, "SIGTERM");
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    const status = await runChild(call.io, [path, ...args], {
      stdin: "inherit",
      onProcess: (child) => started = child ?? started,
    });
    const signal = (await started?.status)?.signal ?? null;
    if (signal === null) return exitOfHelper(call, what, status);
    call.note(`${what} terminated with signal ${status - 128}`);
    return Errno.EINTR;
  } finally {
    call.signal.removeEventListener("abort", stop);
  }
}

const EACCES = 13;

/** The `errno` with which the system would refuse to run the file. */
function whyNotRunnable(path: string): number | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0 ? undefined : EACCES;
  } catch {
    return Errno.ENOENT;
  }
}
