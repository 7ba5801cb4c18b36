import { CtdbError, type Journal, LogLevel, messageOf } from "../../base/mod.ts";
import {
  installedPaths,
  InvalidConfigError,
  loadConfig,
  type LoadedConfig,
  missingDirectories,
  type Paths,
  readNodes,
  systemConfigIo,
} from "../../config/mod.ts";
import { type OpenedLog, openLog } from "../../logging/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import { ExitStatus } from "../exit-status.ts";
import { AdminSide } from "./admin-side.ts";
import { nodesFileEntries } from "./config-files.ts";
import { placedText, sayMessages, textOf } from "./config-texts.ts";
import { Daemon, type StartOptions } from "./daemon.ts";
import { detach, isDetached, leave } from "./detach.ts";

export type { StartOptions } from "./daemon.ts";

/**
 * Runs the daemon (`cluster.md` 1.6). Resolves with an exit status: of a start that failed, of the
 * process that went on in the background, or of the daemon itself when it has shut down.
 */
export async function startDaemon(given: StartOptions): Promise<number> {
  const { interactive, env } = given;
  const paths = installedPaths(env);
  const report = isDetached(env) ? leave(paths.testMode) : undefined;
  const options = report === undefined ? given : { ...given, stderr: report.say };
  const { stderr } = options;
  // The process in the background reads all files; a nodes list that is a command runs once.
  if (!interactive && report === undefined) {
    return await detach(options.args, paths.testMode, stderr);
  }
  const loaded = await loadOrComplain(paths, stderr);
  if (loaded === undefined) return ExitStatus.CONFIG;
  const location = interactive ? "file:-" : loaded.conf.logging.location;
  const admin = new AdminSide();
  let log: OpenedLog;
  try {
    log = openDaemonLog(paths, loaded, location, admin.journal);
  } catch (error) {
    stderr(`ctdbd: ${messageOf(error)}\n`);
    return ExitStatus.CONFIG;
  }
  sayMessages(log.logger, loaded.messages);
  let nodes: NodesFileEntry[];
  try {
    nodes = nodesFileEntries(await readNodes(loaded.nodesSource, systemConfigIo));
  } catch (error) {
    return failStart(log, options, textOf(error));
  }
  const missing = missingDirectories(loaded.conf, systemConfigIo);
  if (missing.length > 0) {
    return failStart(log, options, missing.join("; "));
  }
  const started = report?.started ?? (() => {});
  return await new Daemon(paths, loaded, log, nodes, { ...options, location, admin, started })
    .run();
}

async function loadOrComplain(
  paths: Paths,
  stderr: (text: string) => void,
): Promise<LoadedConfig | undefined> {
  try {
    return await loadConfig(paths, systemConfigIo);
  } catch (error) {
    if (!(error instanceof CtdbError)) throw error;
    const messages = error instanceof InvalidConfigError ? error.messages : [];
    for (const message of messages.filter(({ level }) => level <= LogLevel.WARNING)) {
      stderr(`ctdbd: ${placedText(message)}\n`);
    }
    stderr(`ctdbd: ${error.message}\n`);
    return undefined;
  }
}

function openDaemonLog(
  paths: Paths,
  loaded: LoadedConfig,
  location: string,
  journal: Journal,
): OpenedLog {
  return openLog(location, {
    program: "ctdbd",
    level: loaded.conf.logging.logLevel,
    host: paths.logHost ?? Deno.hostname().split(".", 1)[0]!,
    journal,
  });
}

function failStart(
  log: OpenedLog,
  { interactive, stderr }: StartOptions,
  text: string,
): number {
  log.logger.error(text);
  log.close();
  // The log of a daemon in the foreground is standard error.
  if (!interactive) stderr(`ctdbd: ${text}\n`);
  return ExitStatus.CONFIG;
}
