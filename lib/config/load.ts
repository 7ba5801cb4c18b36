import { LogLevel } from "../base/mod.ts";
import type { ConfigIo } from "./config-io.ts";
import type { ConfMessage, ConfReadResult } from "./conf-read.ts";
import { readConf } from "./conf-read.ts";
import { confSchema } from "./conf-schema.ts";
import type { ConfValues } from "./conf-values.ts";
import type { CtdbConf } from "./ctdb-conf.ts";
import { AdminSettingsError } from "./admin-settings.ts";
import { ctdbConfOf } from "./ctdb-conf.ts";
import { ConfigError } from "./errors.ts";
import { type HomeNode, parseHomeNodes } from "./home-nodes.ts";
import { applyLegacy } from "./legacy.ts";
import type { LegacyConfig } from "./legacy.ts";
import { ctdbPortOf, nodesCommand, parseNodes } from "./nodes-file.ts";
import type { NodesList } from "./nodes-file.ts";
import type { Paths } from "./paths.ts";
import { parsePublicAddresses, publicAddressError } from "./public-addresses.ts";
import type { ListedAddress } from "./public-addresses.ts";
import { decodeFileText } from "./text-lines.ts";
import { Tunables } from "./tunables.ts";
import { applyTunables } from "./tunables-file.ts";

/** A message and the file that it is about. */
export interface ConfigMessage extends ConfMessage {
  readonly file: string;
}

/** Everything that a daemon takes from its configuration at start. */
export interface LoadedConfig {
  readonly conf: CtdbConf;
  /** The same by section and option, for a later reload. */
  readonly values: ConfValues;
  readonly tunables: Tunables;
  /** Event scripts of component `legacy` that old variables ask to enable. */
  readonly legacyScripts: readonly string[];
  /** What `readNodes` is to read: a path, or `!` and a command. */
  readonly nodesSource: string;
  /** What `readPublicAddresses` is to read. */
  readonly publicAddresses: string;
  /** To be logged once the log is open. */
  readonly messages: readonly ConfigMessage[];
}

/** `ctdb.conf` is wrong: the daemon logs the messages and the error's own, then exits with 1. */
export class InvalidConfigError extends ConfigError {
  readonly messages: readonly ConfigMessage[];

  constructor(file: string, messages: readonly ConfigMessage[]) {
    super(`Failed to load configuration file ${file}`, { file });
    this.messages = messages;
  }
}

/**
 * Reads `ctdb.conf`. A missing file is an empty one; one that cannot be read as a text, such as a
 * directory, counts as a syntax error. Throws {@link ConfigError} when the
 * system refuses otherwise.
 *
 * `strict` makes unknown sections and options errors (`ctdb-config validate`).
 */
export async function loadConf(
  paths: Paths,
  io: ConfigIo,
  strict = false,
): Promise<ConfReadResult & { readonly missing: boolean }> {
  const options = { schema: confSchema(paths), strict, etcdir: paths.etcdir, stat: io.stat };
  try {
    const text = await readText(io, paths.config);
    return { ...readConf(text ?? "", options), missing: text === undefined };
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== "EISDIR") throw error;
    const message = { level: LogLevel.ERROR, line: 0, text: error.message, ours: false };
    const read = readConf("", options);
    return { ...read, ok: false, ignored: true, missing: false, messages: [message] };
  }
}

/** What the programs beside the daemon go by. */
export interface Settings extends ConfReadResult {
  /** There is no `ctdb.conf`. */
  readonly missing: boolean;
  /** What `readPublicAddresses` is to read. */
  readonly publicAddresses: string;
}

/**
 * The settings that a daemon would start with, for the programs beside it: `ctdb.conf` as
 * {@link loadConf} reads it, over an old sysconfig file if there is one (`cluster.md` 2.3). What is to
 * be said about the old file stands in the daemon's log, and is not in the messages.
 */
export async function loadSettings(paths: Paths, io: ConfigIo): Promise<Settings> {
  const read = await loadConf(paths, io);
  if (!read.ok) return { ...read, publicAddresses: paths.publicAddresses };
  const legacy = await loadLegacy(paths, io, read);
  const publicAddresses = publicAddressesFile(paths, io, legacy);
  return { ...read, values: legacy.values, publicAddresses };
}

/**
 * Loads what the daemon needs at start: `ctdb.conf`, an old sysconfig file if there is one, the
 * tunables (`cluster.md` 1.6 steps 2 to 5). Nodes and public addresses have their own functions, for
 * they are read again later.
 *
 * Throws {@link InvalidConfigError} when a value in `ctdb.conf` is wrong. Errors in tunables and old
 * files are messages.
 */
export async function loadConfig(paths: Paths, io: ConfigIo): Promise<LoadedConfig> {
  const read = await loadConf(paths, io);
  const messages = inFile(paths.config, read.messages);
  if (!read.ok) throw new InvalidConfigError(paths.config, messages);
  const legacy = await loadLegacy(paths, io, read);
  messages.push(...legacy.messages);
  const tunables = new Tunables();
  for (const { name, value } of legacy.tunables) tunables.set(name, value);
  messages.push(...await loadTunables(paths, io, tunables));
  const conf = within(paths.config, () => ctdbConfOf(legacy.values));
  return {
    conf,
    values: legacy.values,
    tunables,
    legacyScripts: legacy.scripts,
    nodesSource: conf.cluster.nodesList ?? paths.nodes,
    publicAddresses: publicAddressesFile(paths, io, legacy),
    messages,
  };
}

/** What is wrong with a configuration as a whole is told with its file. */
function within<T>(file: string, understand: () => T): T {
  try {
    return understand();
  } catch (error) {
    if (!(error instanceof AdminSettingsError)) throw error;
    throw new AdminSettingsError(`${file}: ${error.message}`, { file });
  }
}

/**
 * Reads the tunables files into `tunables`: `ctdb.tunables`, then `tunables.d/*.tunables` in bytewise
 * order. Never fails: what is wrong is in the messages.
 */
export async function loadTunables(
  paths: Paths,
  io: ConfigIo,
  tunables: Tunables,
): Promise<ConfigMessage[]> {
  const messages: ConfigMessage[] = [];
  try {
    const names = (await io.listDir(paths.tunablesDir)).filter((name) =>
      /^[^.].*\.tunables$/.test(name)
    );
    const files = [paths.tunables, ...names.sort().map((name) => `${paths.tunablesDir}/${name}`)];
    for (const file of files) messages.push(...await loadTunablesFile(file, io, tunables));
  } catch (error) {
    messages.push(failure(paths.tunablesDir, error));
  }
  return messages;
}

/**
 * Reads the list of nodes from a file or a command (`cluster.md` 2.2). Throws {@link ConfigError}: with
 * a `line` when that line is no address, otherwise because there is nothing to read.
 */
export async function readNodes(source: string, io: ConfigIo): Promise<NodesList> {
  const services = await readText(io, "/etc/services").catch(() => undefined);
  const nodes = parseNodes(await nodesText(source, io), source, ctdbPortOf(services ?? ""));
  if (nodes.length === 0) {
    throw new ConfigError(`read nodes, none is listed: ${source}`, { file: source });
  }
  return nodes;
}

/**
 * Reads the public addresses (`failover.md` 1), with the interfaces by the names that the kernel has
 * for them. Undefined when there is no file, which is worth a warning; throws {@link ConfigError} when
 * there is one that is wrong, or names an interface that does not exist.
 */
export async function readPublicAddresses(
  file: string,
  io: ConfigIo,
): Promise<ListedAddress[] | undefined> {
  const text = await readText(io, file);
  if (text === undefined) return undefined;
  const names = new Map<string, string | undefined>();
  const entries = parsePublicAddresses(text, file);
  for (const name of new Set(entries.flatMap(({ interfaces }) => interfaces))) {
    names.set(name, await io.interfaceName(name));
  }
  return entries.map((entry) => {
    const fail = publicAddressError(file, entry.line);
    const nameOf = (name: string) => names.get(name) ?? fail(`no such interface: ${name}`);
    return { ...entry, interfaces: entry.interfaces.map(nameOf) };
  });
}

/**
 * Reads where addresses are at home. Without a file they are nowhere; what cannot be read is in the
 * messages.
 */
export async function readHomeNodes(
  file: string,
  io: ConfigIo,
): Promise<{ readonly homes: readonly HomeNode[]; readonly messages: readonly ConfigMessage[] }> {
  try {
    const text = await readText(io, file);
    if (text === undefined) return { homes: [], messages: [] };
    const { homes, messages } = parseHomeNodes(text);
    return { homes, messages: inFile(file, messages) };
  } catch (error) {
    return { homes: [], messages: [failure(file, error)] };
  }
}

/** A complaint for each database directory that is not there; the daemon then exits with 1. */
export function missingDirectories(conf: CtdbConf, io: ConfigIo): string[] {
  const { volatileDirectory, persistentDirectory, stateDirectory } = conf.database;
  return [
    ["Volatile", volatileDirectory],
    ["Persistent", persistentDirectory],
    ["State", stateDirectory],
  ].flatMap(([name, path]) =>
    io.stat(path!)?.kind === "directory"
      ? []
      : [`${name} database directory ${path} does not exist`]
  );
}

async function loadLegacy(
  paths: Paths,
  io: ConfigIo,
  read: ConfReadResult,
): Promise<Omit<LegacyConfig, "messages"> & { messages: ConfigMessage[] }> {
  const none = { values: read.values, tunables: [], scripts: [], publicAddresses: undefined };
  for (const file of paths.legacyFiles) {
    try {
      const text = await readText(io, file);
      if (text === undefined) continue;
      const legacy = applyLegacy(text, read, { etcdir: paths.etcdir, stat: io.stat });
      return { ...legacy, messages: inFile(file, legacy.messages) };
    } catch (error) {
      return { ...none, messages: [failure(file, error)] };
    }
  }
  return { ...none, messages: [] };
}

function publicAddressesFile(
  paths: Paths,
  io: ConfigIo,
  legacy: Pick<LegacyConfig, "publicAddresses">,
) {
  const own = io.stat(paths.publicAddresses) !== undefined;
  return own ? paths.publicAddresses : legacy.publicAddresses ?? paths.publicAddresses;
}

async function loadTunablesFile(
  file: string,
  io: ConfigIo,
  tunables: Tunables,
): Promise<ConfigMessage[]> {
  try {
    const text = await readText(io, file);
    return text === undefined ? [] : inFile(file, applyTunables(text, tunables));
  } catch (error) {
    return [failure(file, error)];
  }
}

async function nodesText(source: string, io: ConfigIo): Promise<string> {
  const command = nodesCommand(source);
  if (command === undefined) {
    const text = await readText(io, source);
    if (text === undefined) throw missing(source);
    return text;
  }
  const [program, ...args] = command;
  const { success, stdout } = await io.run(program, args);
  if (!success) throw new ConfigError(`run nodes list: ${source}`, { file: source });
  return decodeFileText(stdout);
}

async function readText(io: ConfigIo, path: string): Promise<string | undefined> {
  const bytes = await io.readFile(path);
  return bytes === undefined ? undefined : decodeFileText(bytes);
}

function inFile(file: string, messages: readonly ConfMessage[]): ConfigMessage[] {
  return messages.map((message) => ({ ...message, file }));
}

function failure(file: string, error: unknown): ConfigMessage {
  if (!(error instanceof ConfigError)) throw error;
  return { level: LogLevel.ERROR, line: 0, text: error.message, ours: true, file };
}

function missing(path: string): ConfigError {
  return new ConfigError(`read nodes file: ${path}`, { file: path, code: "ENOENT" });
}
