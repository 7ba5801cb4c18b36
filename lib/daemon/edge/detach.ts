import { libc } from "./libc.ts";
import { selfCommand } from "./self-command.ts";

/** Set for the process that goes on in the background. */
const DETACHED_VARIABLE = "CTDB_DETACHED";

/** Whether this process is the one in the background already. */
export function isDetached(env: Readonly<Record<string, string>>): boolean {
  return env[DETACHED_VARIABLE] !== undefined;
}

/**
 * Goes on in the background. There is no fork for a runtime with threads: the same program is
 * started again, which then leaves this session; this process has nothing left to do.
 *
 * @returns the pid of the process in the background
 */
export function detach(args: readonly string[], keepStdin: boolean): number {
  const [command, ...words] = selfCommand("ctdbd");
  const child = new Deno.Command(command, {
    args: [...words, ...args],
    env: { [DETACHED_VARIABLE]: "1" },
    stdin: keepStdin ? "inherit" : "null",
    stdout: "null",
    // Who waits for the end of our output, such as ssh, must not wait for the daemon's.
    stderr: "null",
  }).spawn();
  child.unref();
  return child.pid;
}

/** The process in the background leaves the session of who started it. */
export function leaveSession(): void {
  Deno.env.delete(DETACHED_VARIABLE);
  libc().setsid();
}
