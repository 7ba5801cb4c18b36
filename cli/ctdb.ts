/**
 * `ctdb`: the administrator's tool (cli.md 1 to 4). Each group of commands has a folder
 * in `cli/ctdb/commands/`: what they are stands in its `commands.ts`, what they do in files that are
 * loaded when one of them runs.
 *
 * @module
 */
import { commandTable } from "./ctdb/commands.ts";
import { runTool } from "./ctdb/framework/tool.ts";
import type { ProgramIo } from "./io.ts";

/** Runs `ctdb` with the arguments behind its name; resolves to the exit status. */
export function main(args: string[], io: ProgramIo): Promise<number> {
  return runTool(commandTable, args, io);
}
