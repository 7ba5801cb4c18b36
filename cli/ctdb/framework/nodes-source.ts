import { LogLevel } from "../../../lib/base/mod.ts";
import {
  ConfigError,
  ctdbConfOf,
  loadConf,
  type NodesList,
  type Paths,
  readNodes,
  systemConfigIo,
} from "../../../lib/config/mod.ts";
import type { ProgramIo } from "../../io.ts";
import { CommandFailure } from "./failures.ts";

/**
 * Reads `ctdb.conf`, which every command does, and returns where the node list is. A wrong value
 * ends the program.
 */
export async function configuredNodesSource(paths: Paths, io: ProgramIo): Promise<string> {
  const conf = await loadConf(paths, systemConfigIo);
  for (const { level, text, ours } of conf.messages) {
    if (!ours && level <= LogLevel.ERROR) io.stderr(`${text}\n`);
  }
  if (!conf.ok) {
    io.stderr(`Failed to load configuration file ${paths.config}\n`);
    throw new CommandFailure(1, "Failed to load configuration");
  }
  return ctdbConfOf(conf.values).cluster.nodesList ?? paths.nodes;
}

/** The node list; what is wrong with it ends the command (cli.md 2.15). */
export async function readNodeList(source: string): Promise<NodesList> {
  try {
    return await readNodes(source, systemConfigIo);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const line = error.line === undefined ? "" : `${error.message}\n`;
    throw new CommandFailure(1, `${line}Failed to read nodes from "${source}"`);
  }
}
