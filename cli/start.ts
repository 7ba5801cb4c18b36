import { type ProgramMain, systemIo } from "./io.ts";

/** Ends the process as `status` says: an exit status, or for a negative one that signal. */
export function endWith(status: number): never {
  if (status === -6) Deno.kill(Deno.pid, "SIGABRT");
  Deno.exit(status < 0 ? 128 - status : status);
}

/**
 * Runs the one program that a bundle has, and ends the process. `CTDB_PROGRAM` says how it was
 * called; a child that is a program of ours again must be picked by its own name.
 */
export async function startAs(name: string, main: ProgramMain): Promise<never> {
  const called = Deno.env.get("CTDB_PROGRAM");
  if (called !== undefined) Deno.env.delete("CTDB_PROGRAM");
  endWith(await main(Deno.args, systemIo(called ?? name)));
}
