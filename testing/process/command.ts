import type { ProgramResult } from "./program-io.ts";

/** What a command is given. */
export interface CommandSetup {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; nothing unless given. */
  readonly stdin?: string;
  /** It is killed after this. */
  readonly timeout_ms?: number;
}

/** The exit status that a shell has for a program that is not there. */
const NOT_FOUND = 127;

/**
 * Runs a command to its end. The status is negative for a signal, 127 for a program that is not there.
 */
export async function runCommand(
  command: readonly string[],
  setup: CommandSetup = {},
): Promise<ProgramResult> {
  const [file, ...args] = command;
  const options: Deno.CommandOptions = {
    ...optionsOf(setup),
    args,
    stdin: setup.stdin === undefined ? "null" : "piped",
    ...(setup.timeout_ms === undefined
      ? {}
      : { signal: AbortSignal.timeout(setup.timeout_ms), killSignal: "SIGKILL" }),
  };
  try {
    const child = new Deno.Command(file!, options).spawn();
    const fed = setup.stdin === undefined ? undefined : feed(child, setup.stdin);
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
  setup: Omit<CommandSetup, "stdin" | "timeout_ms"> = {},
): ProgramResult {
  const [file, ...args] = command;
  const options: Deno.CommandOptions = { ...optionsOf(setup), args, stdin: "null" };
  try {
    return resultOf(new Deno.Command(file!, options).outputSync());
  } catch (error) {
    return notStarted(error);
  }
}

/** Runs a command that must succeed; what it printed. */
export function mustRun(command: readonly string[]): string {
  const { exit, stdout, stderr } = runCommandSync(command);
  if (exit !== 0) throw new Error(`Run ${command.join(" ")}: status ${exit}: ${stderr}`);
  return stdout;
}

/** Whether a command can be run and succeeds. */
export function succeeds(command: readonly string[]): boolean {
  return runCommandSync(command).exit === 0;
}

function optionsOf({ env, cwd }: CommandSetup): Deno.CommandOptions {
  return {
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    stdout: "piped",
    stderr: "piped",
  };
}

function resultOf({ code, signal, stdout, stderr }: Deno.CommandOutput): ProgramResult {
  const decoder = new TextDecoder();
  return {
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    exit: signal === null ? code : 128 - code,
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
