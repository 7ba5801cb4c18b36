/**
 * What a program sees of the world that started it. Every program in `cli/` exports
 * `main(args, io): Promise<number>` and touches standard streams, environment and working
 * directory only through `io`, so that a test can call it in the same process.
 *
 * @module
 */

import { messageOf } from "../lib/base/mod.ts";

/** One of the three standard streams. */
export type StreamName = "stdin" | "stdout" | "stderr";

/** The surroundings of one run of a program. */
export interface ProgramIo {
  /** How the program was called (argv[0], with its path if it had one); usage texts show it. */
  readonly program: string;
  /** The environment at the start. Child processes get it with the program's own additions. */
  readonly env: Readonly<Record<string, string>>;
  /** The working directory at the start: relative names in options are relative to it. */
  readonly cwd: string;
  /** Standard input. Taken by at most one reader. */
  readonly stdin: ReadableStream<Uint8Array>;
  /**
   * How child processes that talk to the user get their streams: the program's own descriptors
   * (a real run: `ssh` sees the terminal), or pipes that the program copies to this `io` (a test).
   */
  readonly children: "inherit" | "pipe";
  /** Writes to standard output; everything is handed to the system before it returns. */
  stdout(data: string | Uint8Array): void;
  /** Writes to standard error; everything is handed to the system before it returns. */
  stderr(data: string | Uint8Array): void;
  /** Tells the reader of standard output at once that nothing more comes. */
  closeStdout(): void;
  /** Whether the stream is a terminal. */
  isTerminal(stream: StreamName): boolean;
}

/**
 * What a program's file exports as `main`.
 *
 * Resolves to the exit status, 0 to 255. A negative number asks to be ended by that signal
 * instead (-6: as C's `abort()`), after everything was written.
 */
export type ProgramMain = (args: string[], io: ProgramIo) => Promise<number>;

/** The status that a program ended by SIGPIPE shows to a shell. */
const SIGPIPE_STATUS = 141;

/** The real streams and environment, for a program called as `program`. */
export function systemIo(program: string): ProgramIo {
  const encoder = new TextEncoder();
  const writeTo = (stream: typeof Deno.stdout) => (data: string | Uint8Array) =>
    writeAll(stream, typeof data === "string" ? encoder.encode(data) : data);
  return {
    program,
    env: Deno.env.toObject(),
    cwd: currentDirectory(),
    get stdin() {
      return Deno.stdin.readable;
    },
    children: "inherit",
    stdout: writeTo(Deno.stdout),
    stderr: writeTo(Deno.stderr),
    closeStdout: () => Deno.stdout.close(),
    isTerminal: (stream) => Deno[stream].isTerminal(),
  };
}

/** Deno ignores SIGPIPE; a tool whose reader has gone (`| head`) must still end quietly. */
function writeAll(stream: typeof Deno.stdout, bytes: Uint8Array): void {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(SIGPIPE_STATUS);
    if (stream !== Deno.stdout) throw error;
    // What was asked for is incomplete, as on a full disk.
    writeAll(Deno.stderr, new TextEncoder().encode(`Write standard output: ${messageOf(error)}\n`));
    Deno.exit(1);
  }
}

/** A working directory that was removed must not stop a tool that does not need it. */
function currentDirectory(): string {
  try {
    return Deno.cwd();
  } catch {
    return "/";
  }
}
