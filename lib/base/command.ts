import { startForward } from "./background.ts";

/** How a program is started: as Deno has it, but for its arguments; no standard input unless given. */
export type SpawnOptions = Omit<Deno.CommandOptions, "args">;

/** What a program that runs to its end is given. */
export interface CommandSetup {
  /** Added to the environment, or all of it with `clearEnv`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly clearEnv?: boolean | undefined;
  readonly cwd?: string | undefined;
  /** Standard input; nothing unless given. */
  readonly stdin?: string | undefined;
  /** Where its output goes: collected unless said otherwise. */
  readonly output?: "piped" | "inherit" | undefined;
  /** It is killed after this. */
  readonly timeout_ms?: number | undefined;
}

/** What a program left behind. */
export interface ProgramResult {
  /** All that it wrote to standard output. */
  stdout: string;
  /** All that it wrote to standard error. */
  stderr: string;
  /** Its exit status, negative for a signal, 127 for a program that is not there. */
  exit: number;
}

/** The exit status that a shell has for a program that is not there. */
const NOT_FOUND = 127;

/**
 * Starts a program that runs beside this one. It is the one place that makes a process by way of
 * Deno (`tools/commands.ts` looks); {@link runCommand} is for one whose end is waited for.
 *
 * @throws what Deno throws: `NotFound`, `PermissionDenied`
 */
export function spawnCommand(
  command: readonly string[],
  options: SpawnOptions = {},
): Deno.ChildProcess {
  return startForward(() => prepared(command, options).spawn());
}

/** Runs a program to its end. A program that is not there says so in `stderr` and `exit`. */
export async function runCommand(
  command: readonly string[],
  setup: CommandSetup = {},
): Promise<ProgramResult> {
  try {
    const child = spawnCommand(command, optionsOf(setup));
    const fed = setup.stdin === undefined ? undefined : feed(child, setup.stdin);
    if (setup.output === "inherit") {
      return { stdout: "", stderr: "", exit: exitOf(await child.status) };
    }
    const output = await child.output();
    await fed;
    return resultOf(output);
  } catch (error) {
    return notStarted(error);
  }
}

/** {@link runCommand} while nothing else happens in this process. */
export function runCommandSync(
  command: readonly string[],
  setup: Pick<CommandSetup, "env" | "clearEnv" | "cwd"> = {},
): ProgramResult {
  try {
    return resultOf(startForward(() => prepared(command, optionsOf(setup)).outputSync()));
  } catch (error) {
    return notStarted(error);
  }
}

/** Sends a signal to a child that may have ended in the meantime. */
export function signalChild(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended, or is another user's by now: there is nobody to tell.
  }
}

/** The exit status of a child, negative for a signal. */
export function exitOf({ code, signal }: Deno.CommandStatus): number {
  return signal === null ? code : 128 - code;
}

function prepared([file = "", ...args]: readonly string[], options: SpawnOptions): Deno.Command {
  return new Deno.Command(file, { stdin: "null", ...options, args });
}

function optionsOf(setup: CommandSetup): SpawnOptions {
  const { env, clearEnv, cwd, stdin, timeout_ms, output = "piped" } = setup;
  return {
    stdin: stdin === undefined ? "null" : "piped",
    stdout: output,
    stderr: output,
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(clearEnv === undefined ? {} : { clearEnv }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeout_ms === undefined
      ? {}
      : { signal: AbortSignal.timeout(timeout_ms), killSignal: "SIGKILL" }),
  };
}

function resultOf(output: Deno.CommandOutput): ProgramResult {
  // All of it, as it was written.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
    exit: exitOf(output),
  };
}

function notStarted(error: unknown): ProgramResult {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  return { stdout: "", stderr: `${error.message}\n`, exit: NOT_FOUND };
}

/** A program that does not read its input may be gone before it was given. */
async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}
