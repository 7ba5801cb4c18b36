/** How a command of the tools is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills it after this; then it has not succeeded. */
  readonly timeout_ms?: number;
}

/** How a command ended, and what it wrote if that was wanted. */
export interface RunResult {
  readonly success: boolean;
  /** Standard output and error; empty if they were shown. */
  readonly output: string;
}

/** Runs a command and collects both of its streams. A program that is not there has failed. */
export async function capture(
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  try {
    const [program, ...args] = command;
    const { success, stdout, stderr } = await new Deno.Command(program!, {
      ...childOptions(options),
      args,
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    return { success: false, output: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a command whose output goes where ours goes; whether it succeeded. */
export async function show(
  command: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  const [program, ...args] = command;
  const { success } = await new Deno.Command(program!, {
    ...childOptions(options),
    args,
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}

function childOptions({ cwd, env, timeout_ms }: RunOptions): Deno.CommandOptions {
  return {
    stdin: "null",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(timeout_ms === undefined
      ? {}
      : { signal: AbortSignal.timeout(timeout_ms), killSignal: "SIGKILL" as const }),
  };
}
