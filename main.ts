/**
 * The binary: picks a program by the name it was called by, or by its first word, and runs it.
 *
 * `ctdbd onnode all uptime`, a symbolic link `onnode -> ctdbd`, and `CTDB_PROGRAM=onnode` all run
 * `cli/onnode.ts`. Only the modules of that program are loaded.
 *
 * @module
 */
import { systemIo } from "./cli/io.ts";
import { programs, selectProgram } from "./cli/programs.ts";
import { endWith } from "./cli/start.ts";

const USAGE_STATUS = 1;

/** argv[0] of this process; Deno does not tell, and a compiled binary shows only its real path. */
function argv0(): string {
  const first = Deno.readTextFileSync("/proc/self/cmdline").split("\0", 1)[0];
  return first ?? "";
}

async function run(): Promise<number> {
  const variable = Deno.env.get("CTDB_PROGRAM");
  // A child that is this binary again must be picked by its own name, not by ours.
  if (variable !== undefined) Deno.env.delete("CTDB_PROGRAM");
  const selection = selectProgram({ variable, argv0: argv0(), args: Deno.args });
  if (selection === undefined) {
    const io = systemIo("ctdbd");
    const asked = variable || Deno.args[0];
    io.stderr(asked === undefined ? "No program given\n" : `Unknown program '${asked}'\n`);
    io.stderr(`Programs: ${Object.keys(programs).join(" ")}\n`);
    return USAGE_STATUS;
  }
  const { main } = await programs[selection.name]!();
  return await main(selection.args, systemIo(selection.program));
}

/**
 * The daemon runs its core in a thread of this same module, so that the thread's code is there
 * wherever the program is: in the source tree, in a bundle, in one file.
 */
function runAsThread(): void {
  addEventListener("message", ({ data }: MessageEventInit) => void startCore(data), { once: true });
}

async function startCore(start: unknown): Promise<void> {
  const { runCoreThread } = await import("./lib/daemon/mod_core.ts");
  await runCoreThread(start as Parameters<typeof runCoreThread>[0]);
}

if ("DedicatedWorkerGlobalScope" in globalThis) runAsThread();
else if (import.meta.main) endWith(await run());
