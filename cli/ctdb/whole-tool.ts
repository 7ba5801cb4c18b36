import type { ProgramIo } from "../io.ts";
import { commandTable } from "./commands.ts";
import { runTool } from "./framework/tool.ts";

/** Runs the tool with all its commands. */
export function runWholeTool(args: readonly string[], io: ProgramIo): Promise<number> {
  return runTool(commandTable, args, io);
}
