import { runCommand } from "./command.ts";
import type { ProgramResult, ProgramSetup } from "./program-io.ts";

const mainModule = new URL("../../main.ts", import.meta.url).href;

/** The command that runs a program of ours as a process of its own, with its arguments to add. */
export const binaryCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-check",
  "-A",
  mainModule,
];

/**
 * Runs a program of ours to its end as a process of its own, called as `setup.program`; `under` is a
 * command to run it under, such as `ip netns exec NAME`.
 */
export async function runBinary(
  args: readonly string[],
  setup: ProgramSetup & { program: string; under?: readonly string[] },
): Promise<ProgramResult> {
  const { program, under = [], env, cwd, stdin } = setup;
  return await runCommand([...under, ...binaryCommand, ...args], {
    env: { CTDB_PROGRAM: program, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { stdin }),
  });
}
