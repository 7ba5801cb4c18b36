/**
 * `onnode`: runs a command on nodes of the cluster, one after the other or all at once
 * (`cli.md` 5).
 *
 * @module
 */
import { installedDirs, installedPaths } from "../lib/config/mod.ts";
import type { ProgramIo } from "./io.ts";
import { askCluster } from "./onnode/cluster.ts";
import { OnnodeError } from "./onnode/errors.ts";
import { resolveNodes } from "./onnode/node-spec.ts";
import { configuredNodesFile, nodesFilePath, readNodesFile } from "./onnode/nodes-file.ts";
import { parseOnnodeOptions } from "./onnode/options.ts";
import type { OnnodeOptions } from "./onnode/options.ts";
import { findRemoteShell, plainShell } from "./onnode/remote-shell.ts";
import type { RemoteShell } from "./onnode/remote-shell.ts";
import { runTasks } from "./onnode/run.ts";
import type { NodeTask } from "./onnode/run.ts";

/** Runs the program; the status is that of the last node that failed. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  try {
    const options = parseOnnodeOptions(args, io);
    const base = io.env["CTDB_BASE"] ?? installedDirs().etcdir;
    const shell = options.push ? plainShell(io) : await findRemoteShell(io, base);
    const addresses = await findAddresses(options, io, base, shell);
    const tasks = addresses.map((address) =>
      options.push ? pushTask(address, options, io.cwd) : commandTask(address, options, io, shell)
    );
    return await runTasks(io, tasks, {
      parallel: options.parallel,
      headers: !options.quiet && (options.verbose || addresses.length > 1),
      env: options.push ? pushEnvironment(io) : { ...shell.env, CTDB_BASE: base },
    });
  } catch (error) {
    if (!(error instanceof OnnodeError)) throw error;
    io.stderr(error.message);
    return error.status;
  }
}

async function findAddresses(
  options: OnnodeOptions,
  io: ProgramIo,
  base: string,
  shell: RemoteShell,
): Promise<string[]> {
  // Read at once: the file must be there even if only host names are given.
  const asked = options.nodesFile ??
    (io.env["CTDB_BASE"] === undefined
      ? await configuredNodesFile(installedPaths(io.env))
      : undefined);
  const nodes = readNodesFile(nodesFilePath(asked, base, io.cwd), io);
  const table = () => nodes;
  return await resolveNodes(options.nodes, {
    name: io.program.slice(io.program.lastIndexOf("/") + 1),
    table,
    cluster: askCluster(io, table, shell),
    allowNames: options.allowNames,
  });
}

function commandTask(
  address: string,
  options: OnnodeOptions,
  io: ProgramIo,
  shell: RemoteShell,
): NodeTask {
  const line = options.words.join(" ");
  const remote = options.currentDirectory ? `cd ${io.cwd} && ${line}` : line;
  const keepStdin = options.keepStdin && !options.parallel;
  return { address, steps: [{ command: shell.command(address, remote, keepStdin) }] };
}

function pushTask(address: string, options: OnnodeOptions, cwd: string): NodeTask {
  const steps = options.words.map((file) => {
    const path = file.startsWith("/") ? file : `${cwd}/${file}`;
    return { heading: `Pushing ${file}\n`, command: ["rsync", path, `[${address}]:${path}`] };
  });
  return { address, steps };
}

function pushEnvironment(io: ProgramIo): Record<string, string> {
  return { RSYNC_RSH: io.env["ONNODE_SSH"] ?? "" };
}
