/**
 * `ctdb`: the administrator's tool (cli.md 1 to 4). Each group of commands has a folder in
 * `cli/ctdb/commands/`: what they are stands in its `commands.ts`, what they do in files that are
 * loaded when one of them runs. What scripts ask all the time has a shorter way (`quick/`).
 *
 * @module
 */
import { runQuickly } from "./ctdb/quick/quick.ts";
import type { ProgramIo } from "./io.ts";

/** Runs `ctdb` with the arguments behind its name; resolves to the exit status. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const status = await runQuickly(args, io);
  if (status !== undefined) return status;
  const { runWholeTool } = await import("./ctdb/whole-tool.ts");
  return await runWholeTool(args, io);
}
