import { runCommand } from "../../../testing/process/command.ts";
import type { ProgramResult } from "../../../testing/process/program-io.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Runs a task of `deno.json` as a user would. */
export async function task(...words: string[]): Promise<ProgramResult> {
  return await command([Deno.execPath(), "task", ...words]);
}

/** Runs a command in the root of the source tree. */
export async function command(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  return await runCommand(words, { cwd: root, env: { ...env, NO_COLOR: "1" } });
}
