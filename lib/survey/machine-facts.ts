import {
  ConfigError,
  type ConfigMessage,
  InvalidConfigError,
  loadConfig,
  type LoadedConfig,
  missingDirectories,
  type NodesList,
  type Paths,
  readNodes,
  systemConfigIo,
} from "../config/mod.ts";
import { parseLogLocation } from "../logging/mod.ts";
import { mutexesSupported, TdbLibraryError } from "../tdb/mod.ts";
import { canBind } from "../base/mod.ts";
import type {
  ClusterLockFacts,
  LogFacts,
  MachineFacts,
  ProcessFacts,
  Reading,
  SocketFacts,
} from "./facts.ts";
import { type Mount, mountOf } from "./file-system.ts";
import { lookAtDisks } from "./disks.ts";
import { withinLimit } from "./limit.ts";

/** What {@link gatherMachine} leaves to others. */
export type BareMachine = Omit<MachineFacts, "probes">;

/**
 * Looks at configuration, files and processes of this machine.
 *
 * @param isSeenLocked whether somebody's lock on the file of the cluster lock is seen
 */
export async function gatherMachine(
  paths: Paths,
  isSeenLocked: (path: string) => boolean | undefined,
): Promise<BareMachine> {
  const { loaded, configuration } = await readConfiguration(paths);
  const nodesSource = loaded?.nodesSource ?? paths.nodes;
  const nodes = await readList(nodesSource);
  const present = "value" in nodes ? nodes.value.filter(({ deleted }) => !deleted) : [];
  const here = present.filter(({ address }) => canBind(address.address));
  const nodeAddress = loaded?.conf.cluster.nodeAddress;
  const libraryFailure = whyNoLibrary();
  return {
    configuration,
    missingDirectories: loaded === undefined ? [] : missingDirectories(loaded.conf, systemConfigIo),
    disks: loaded === undefined ? [] : await lookAtDisks(writtenDirectories(loaded)),
    nodesSource,
    nodes,
    adminListens: (loaded?.conf.admin.listen.length ?? 0) > 0,
    ownPnns: here.filter(({ address }) => address.address === (nodeAddress ?? address.address))
      .map(({ pnn }) => pnn),
    ...(nodeAddress === undefined ? {} : { nodeAddress }),
    testMode: paths.testMode,
    uid: Deno.uid() ?? 0,
    allNodesHere: present.length > 0 && here.length === present.length,
    ...(libraryFailure === undefined ? {} : { libraryFailure }),
    socket: lookAtSocket(paths.ctdbdSocket),
    process: await lookAtProcess(paths.ctdbdPid),
    log: await readLog(loaded?.conf.logging.location ?? paths.logLocation),
    clusterLock: await lookAtLock(loaded?.conf.cluster.clusterLock, isSeenLocked),
  };
}

/** Where a full disk does harm. */
function writtenDirectories({ conf: { database, logging } }: LoadedConfig) {
  const log = parseLogLocation(logging.location);
  const logs = log.kind === "file" || log.kind === "json" ? log.path.replace(/\/[^/]*$/, "") : "";
  return [
    { use: "volatile databases", path: database.volatileDirectory ?? "" },
    { use: "persistent databases", path: database.persistentDirectory ?? "" },
    { use: "state", path: database.stateDirectory ?? "" },
    { use: "log", path: logs },
  ].filter(({ path }) => path !== "");
}

async function readConfiguration(paths: Paths): Promise<{
  readonly loaded?: LoadedConfig;
  readonly configuration: MachineFacts["configuration"];
}> {
  const file = paths.config;
  try {
    const loaded = await loadConfig(paths, systemConfigIo);
    return { loaded, configuration: { file, messages: loaded.messages } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const messages: readonly ConfigMessage[] = error instanceof InvalidConfigError
      ? error.messages
      : [];
    return { configuration: { file, failure: error.message, messages } };
  }
}

async function readList(source: string): Promise<Reading<NodesList>> {
  try {
    return { value: await readNodes(source, systemConfigIo) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { failure: error.message };
  }
}

function whyNoLibrary(): string | undefined {
  try {
    mutexesSupported();
    return undefined;
  } catch (error) {
    if (!(error instanceof TdbLibraryError)) throw error;
    return error.message;
  }
}

function lookAtSocket(path: string): SocketFacts {
  try {
    const { isSocket, mode, uid } = Deno.statSync(path);
    return { path, found: { isSocket: isSocket ?? false, mode: mode ?? 0, uid: uid ?? 0 } };
  } catch {
    return { path };
  }
}

async function lookAtProcess(pidFile: string): Promise<ProcessFacts> {
  const text = await Deno.readTextFile(pidFile).catch(() => "");
  const pid = Number(/^\s*([0-9]{1,10})\s*$/.exec(text)?.[1]);
  if (!Number.isInteger(pid)) return { pidFile, runs: false, replaced: false };
  const runs = await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
  const program = await Deno.readLink(`/proc/${pid}/exe`).catch(() => "");
  return { pidFile, pid, runs, replaced: program.endsWith(" (deleted)") };
}

const LOG_LINES = 10;
/** More than any ten lines of a log take. */
const LOG_BYTES = 16 * 1024;

async function readLog(location: string): Promise<LogFacts> {
  const where = parseLogLocation(location);
  if (where.kind !== "file" && where.kind !== "json") {
    return { place: `${location} (journalctl -u ctdb)`, lines: [] };
  }
  try {
    using file = await Deno.open(where.path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - LOG_BYTES), Deno.SeekMode.Start);
    const bytes = new Uint8Array(LOG_BYTES);
    const length = await file.read(bytes) ?? 0;
    const text = new TextDecoder().decode(bytes.subarray(0, length)).trimEnd();
    return { place: where.path, lines: text === "" ? [] : text.split("\n").slice(-LOG_LINES) };
  } catch {
    return { place: where.path, lines: [] };
  }
}

/** The helper that takes the lock of a file when no helper is named. */
const FILE_HELPER = /(^|\/)ctdb_mutex_fcntl_helper$/;

async function lookAtLock(
  setting: string | undefined,
  isSeenLocked: (path: string) => boolean | undefined,
): Promise<ClusterLockFacts> {
  const path = setting === undefined ? undefined : lockPath(setting);
  if (setting === undefined) return { exists: false };
  if (path === undefined) return { setting, exists: false };
  if (await hangs(path)) return { setting, path, exists: false, hangs: true };
  const fileSystem = await mountBelow(path);
  const exists = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
  const seenLocked = exists ? isSeenLocked(path) : undefined;
  return {
    setting,
    path,
    exists,
    ...(fileSystem === undefined ? {} : { fileSystem }),
    ...(seenLocked === undefined ? {} : { seenLocked }),
  };
}

/** A file system that takes longer than this for a look at a file hangs. */
const FILE_PATIENCE_MS = 5000;

/** Whether a look at the file, or its absence, is waited for in vain. */
async function hangs(path: string): Promise<boolean> {
  const look = Deno.stat(path).then(() => true, () => true);
  return await withinLimit(look, FILE_PATIENCE_MS) === undefined;
}

/** The file that a cluster lock is, unless another helper keeps it. */
export function lockPath(setting: string): string | undefined {
  if (!setting.startsWith("!")) return setting;
  const [program = "", file] = setting.slice(1).trim().split(/\s+/);
  return FILE_HELPER.test(program) ? file : undefined;
}

/** The mount of the nearest directory that there is. */
async function mountBelow(path: string): Promise<Mount | undefined> {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo").catch(() => "");
  let place = path;
  while (place !== "") {
    const real = await Deno.realPath(place).catch(() => undefined);
    if (real !== undefined) return mountOf(real, mounts);
    place = place.slice(0, Math.max(0, place.lastIndexOf("/")));
  }
  return mountOf("/", mounts);
}
