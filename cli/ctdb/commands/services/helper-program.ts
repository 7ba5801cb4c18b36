import { Errno, signalChild } from "../../../../lib/base/mod.ts";
import { captureChild, type ChildOptions, runChild } from "../../../child.ts";
import type { Call } from "../../framework/call.ts";

/** Exit statuses from here on are `errno` values, this number added. */
const ERRNO_BASE = 64;
/** What a helper exits with that has no `errno` for its failure. */
const NO_ERRNO = 255;

/** The exit status of a command whose work a program does (cli.md 2.13). */
export function exitOfHelper(call: Call, what: string, status: number): number {
  if (status < ERRNO_BASE || status === NO_ERRNO) return status;
  call.note(`${what} failed with error ${status - ERRNO_BASE}`);
  return status - ERRNO_BASE;
}

/** A program that does a command's work. */
interface HelperProgram {
  /** For messages. */
  readonly what: string;
  readonly path: string;
  readonly args: readonly string[];
}

/**
 * Runs a helper program and returns the exit status of the command. What it prints goes to
 * `onOutput` when that is given, else where the command's own output goes.
 */
export async function runHelper(
  call: Call,
  { what, path, args }: HelperProgram,
  onOutput?: (text: string) => void,
): Promise<number> {
  const missing = whyNotRunnable(path);
  if (missing !== undefined) return exitOfHelper(call, what, ERRNO_BASE + missing);
  let started: Deno.ChildProcess | undefined;
  const stop = () => started !== undefined && signalChild(started, "SIGTERM");
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    const options: ChildOptions = {
      stdin: "inherit",
      onProcess: (child) => started = child ?? started,
    };
    const status = onOutput === undefined
      ? await runChild(call.io, [path, ...args], options)
      : await capture(call, [path, ...args], options, onOutput);
    const signal = (await started?.status)?.signal ?? null;
    if (signal === null) return exitOfHelper(call, what, status);
    call.note(`${what} terminated with signal ${status - 128}`);
    return Errno.EINTR;
  } finally {
    call.signal.removeEventListener("abort", stop);
  }
}

async function capture(
  call: Call,
  command: readonly string[],
  options: ChildOptions,
  onOutput: (text: string) => void,
): Promise<number> {
  const { status, output } = await captureChild(call.io, command, options);
  onOutput(new TextDecoder().decode(output));
  return status;
}

/** The `errno` with which the system would refuse to run the file. */
function whyNotRunnable(path: string): number | undefined {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0 ? undefined : Errno.EACCES;
  } catch {
    return Errno.ENOENT;
  }
}
