/** Programs that a test runs to their end. @module */
import { runCommandSync } from "../../lib/base/mod.ts";

export {
  type CommandSetup,
  exitOf,
  runCommand,
  runCommandSync,
  signalChild,
  spawnCommand,
} from "../../lib/base/mod.ts";

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
