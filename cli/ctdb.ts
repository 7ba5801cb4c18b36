/**
 * `ctdb`: the administrator's tool (cli.md 1 to 4). Each group of commands has a file in
 * `cli/ctdb/`, which is loaded when one of them runs.
 *
 * @module
 */
import { runTool } from "./ctdb/framework/tool.ts";
import type { ProgramIo } from "./io.ts";

/** Runs `ctdb` with the arguments behind its name; resolves to the exit status. */
export function main(args: string[], io: ProgramIo): Promise<number> {
  return runTool(args, io);
}
