import { runCommand } from "./command.ts";
import { mainModule } from "./main-module.ts";
import type { ProgramResult, ProgramSetup } from "./program-io.ts";

/** The command that runs a program of ours as a process of its own, with its arguments to add. */
export const binaryCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-check",
  "-A",
  mainModule,
];

/** What takes longer hangs. */
const LIMIT_MS = 180_000;

/**
 * Runs a program of ours to its end as a process of its own, called as `setup.program`; `under` is a
 * command to run it under, such as `ip netns exec NAME`. One that does not end is killed after minutes: exit status -9.
 */
export async function runBinary(
  args: readonly string[],
  setup: ProgramSetup & { program: string; under?: readonly string[] },
): Promise<ProgramResult> {
  const { program, under = [], env, cwd, stdin } = setup;
  return await runCommand([...under, ...binaryCommand, ...args], {
    env: { CTDB_PROGRAM: program, ...env },
    timeout_ms: LIMIT_MS,
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { stdin }),
  });
}
