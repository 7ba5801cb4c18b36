import { joinBytes, spawnCommand } from "../lib/base/mod.ts";
import type { ProgramIo } from "./io.ts";

/** The statuses that a shell gives to a command that it cannot start. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** How one child process is run. */
export interface ChildOptions {
  /** Added to the environment of the program. */
  env?: Readonly<Record<string, string>>;
  /** Whether the child may read the program's standard input. Default: it reads end of file. */
  stdin?: "inherit" | "null";
  /** Drop what a captured child writes to standard error. Default: the program's own gets it. */
  quiet?: boolean;
  /** Called with the process id once it runs, and with `undefined` when it has ended. */
  onProcess?: (child: Deno.ChildProcess | undefined) => void;
}

/** What a child printed, and how it ended. */
export interface CapturedChild {
  /** Exit status; 128 + n if signal n ended it; 126 or 127 if it could not be started. */
  status: number;
  /** Standard output, or with `merge` both streams in the order of writing. */
  output: Uint8Array;
}

/**
 * Runs `command` with its output on the program's own streams, and waits for it.
 *
 * @returns the status as a shell shows it: 128 + n for signal n, 127 not found, 126 not executable
 */
export async function runChild(
  io: ProgramIo,
  command: readonly string[],
  options: ChildOptions = {},
): Promise<number> {
  if (io.children === "inherit") {
    const child = spawn(io, command, options, { stdout: "inherit", stderr: "inherit" });
    return typeof child === "number" ? child : await ended(child, [], options);
  }
  const child = spawn(io, command, options, { stdout: "piped", stderr: "piped" });
  if (typeof child === "number") return child;
  const copies = [copy(child.stdout, (c) => io.stdout(c)), copy(child.stderr, (c) => io.stderr(c))];
  return await ended(child, copies, options);
}

/**
 * Runs `command` with both of its streams merged in the order of writing, handing each piece to
 * `onOutput` as it arrives.
 */
export async function streamChild(
  io: ProgramIo,
  command: readonly string[],
  onOutput: (chunk: Uint8Array) => void,
  options: ChildOptions = {},
): Promise<number> {
  // Only one pipe keeps the order between the two streams, and only a shell can make one of two.
  const merged = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...command];
  const child = spawn(io, merged, options, { stdout: "piped", stderr: "null" });
  if (typeof child === "number") return child;
  return await ended(child, [copy(child.stdout, onOutput)], options);
}

/** Runs `command` to its end and returns what it printed: standard output, or all if `merge`. */
export async function captureChild(
  io: ProgramIo,
  command: readonly string[],
  options: ChildOptions & { merge?: boolean } = {},
): Promise<CapturedChild> {
  const chunks: Uint8Array[] = [];
  const keep = (chunk: Uint8Array) => void chunks.push(chunk);
  if (options.merge) {
    const status = await streamChild(io, command, keep, options);
    return { status, output: joinBytes(chunks) };
  }
  const piped = io.children === "pipe" && !options.quiet;
  const stderr = piped ? "piped" : options.quiet ? "null" : "inherit";
  const child = spawn(io, command, options, { stdout: "piped", stderr });
  if (typeof child === "number") return { status: child, output: new Uint8Array(0) };
  const copies = [copy(child.stdout, keep)];
  if (piped) copies.push(copy(child.stderr, (chunk) => io.stderr(chunk)));
  const status = await ended(child, copies, options);
  return { status, output: joinBytes(chunks) };
}

/** Starts the process, or says why not as a shell does and returns the status for that. */
function spawn(
  io: ProgramIo,
  command: readonly string[],
  options: ChildOptions,
  streams: Pick<Deno.CommandOptions, "stdout" | "stderr">,
): Deno.ChildProcess | number {
  try {
    const child = spawnCommand(command, {
      env: { ...io.env, ...options.env },
      clearEnv: true,
      cwd: io.cwd,
      // The descriptor of a test's own process is not the program's standard input.
      stdin: io.children === "inherit" ? options.stdin ?? "null" : "null",
      ...streams,
    });
    options.onProcess?.(child);
    return child;
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    const reason = missing ? "No such file or directory" : "Permission denied";
    io.stderr(`${io.program}: ${command[0]}: ${reason}\n`);
    return missing ? NOT_FOUND : NOT_EXECUTABLE;
  }
}

async function ended(
  child: Deno.ChildProcess,
  copies: Promise<void>[],
  options: ChildOptions,
): Promise<number> {
  try {
    const [status] = await Promise.all([child.status, ...copies]);
    return status.code;
  } finally {
    options.onProcess?.(undefined);
  }
}

async function copy(
  from: ReadableStream<Uint8Array>,
  to: (chunk: Uint8Array) => void,
): Promise<void> {
  for await (const chunk of from) to(chunk);
}
