import { LogLevel } from "../../../lib/base/mod.ts";
import {
  ConfigError,
  ctdbConfOf,
  loadSettings,
  type NodesList,
  type Paths,
  readNodes,
  systemConfigIo,
} from "../../../lib/config/mod.ts";
import type { ProgramIo } from "../../io.ts";
import { CommandFailure } from "./failures.ts";

/**
 * Reads `ctdb.conf`, which every command does, and an old sysconfig file, and returns where the node list is. A wrong value
 * ends the program.
 */
export async function configuredNodesSource(paths: Paths, io: ProgramIo): Promise<string> {
  const conf = await loadSettings(paths, systemConfigIo);
  const onTerminal = io.isTerminal("stderr");
  for (const { level, text, ours, line } of conf.messages) {
    const place = onTerminal && line > 0 ? `${paths.config}:${line}: ` : "";
    if (!ours && level <= LogLevel.ERROR) io.stderr(`${place}${text}\n`);
  }
  // A daemon that runs may be asked in spite of a file that has been broken since.
  if (conf.ignored) io.stderr(`Configuration file ${paths.config} is ignored\n`);
  else if (!conf.ok) {
    io.stderr(`Failed to load configuration file ${paths.config}\n`);
    throw new CommandFailure(1, "Failed to load configuration");
  }
  return ctdbConfOf(conf.values).cluster.nodesList ?? paths.nodes;
}

/**
 * The node list; what is wrong with it ends the command (cli.md 2.15). Somebody at a terminal is told
 * where in the file; scripts get the text of the C tool.
 */
export async function readNodeList(source: string, onTerminal = false): Promise<NodesList> {
  try {
    return await readNodes(source, systemConfigIo);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const text = onTerminal ? error.placed : error.message;
    // The C tool says nothing about a command that it cannot run, nor about one that has failed,
    // which speaks for itself.
    const cannotRun = source.startsWith("!") && error.file !== source;
    const line = error.line === undefined && !cannotRun ? "" : `${text}\n`;
    throw new CommandFailure(1, `${line}Failed to read nodes from "${source}"`);
  }
}
