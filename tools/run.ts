import { runCommand } from "../lib/base/mod.ts";

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
    const { exit, stdout, stderr } = await runCommand(command, options);
    return { success: exit === 0, output: stdout + stderr };
  } catch (error) {
    return { success: false, output: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a command whose output goes where ours goes; whether it succeeded. */
export async function show(
  command: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  return (await runCommand(command, { ...options, output: "inherit" })).exit === 0;
}
