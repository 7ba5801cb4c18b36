/**
 * `ctdb-config`: shows and checks `ctdb.conf` (`cli.md` 11).
 *
 * @module
 */
import { Errno, LogLevel, type LogLevelNumber } from "../lib/base/mod.ts";
import { parseLogLevel } from "../lib/logging/mod.ts";
import {
  adminConf,
  ConfigError,
  type ConfigMessage,
  confSchema,
  ConfValues,
  installedPaths,
  loadConf,
  loadSettings,
  loadTunables,
  type Paths,
  systemConfigIo,
  Tunables,
} from "../lib/config/mod.ts";
import {
  commandList,
  findCommand,
  takesOperands,
  type ToolCommand,
  toolUsage,
} from "./command-tool.ts";
import { type GivenOption, type OptionRow, parseOptions, poptComplaint } from "./getopt.ts";
import { fileReaders, usualFile } from "./ctdb-config/list.ts";
import type { ProgramIo } from "./io.ts";

/** What C's `abort()` ends a process with. */
const SIGABRT = 6;

const OPTIONS: readonly OptionRow[] = [
  { short: "h", long: "help", takesArgument: false },
  { short: "?", takesArgument: false },
  { long: "usage", takesArgument: false },
  { short: "d", long: "debug", takesArgument: true },
];

const optionHelp = `Help Options:
  -h, --help                                      Show this help message

Options:
  -d, --debug=ERROR|WARNING|NOTICE|INFO|DEBUG     debug level

Help options:
  -?, --help                                      Show this help message
      --usage                                     Display brief usage message
`;

const optionTable = `Usage: ctdb-config [OPTION...]\n\n${optionHelp}`;

const shortUsage = `Usage: ctdb-config [-h?] [-h|--help] [-?|--help] [--usage]
        [-d|--debug=ERROR|WARNING|NOTICE|INFO|DEBUG]`;

/** What a command works with. */
interface Call {
  readonly io: ProgramIo;
  readonly paths: Paths;
  readonly level: LogLevelNumber;
  readonly operands: readonly string[];
}

interface ConfigCommand extends ToolCommand {
  run(call: Call): Promise<number>;
}

const COMMANDS: readonly ConfigCommand[] = [
  { name: "dump", operands: "", description: "Dump configuration", run: dump },
  { name: "get", operands: "<section> <key>", description: "Get a config value", run: get },
  { name: "validate", operands: "", description: "Validate configuration file", run: validate },
];

/** Not in the help, which is that of the C tool: event scripts read files by it. */
const LIST: ConfigCommand = {
  name: "list",
  operands: "<kind> [<file>]",
  description: "Print what the reader of a kind of file understands",
  run: listFile,
};

const fullHelp = `Usage: ctdb-config [<options>] <command> [<args>]

${optionHelp}
${commandList(COMMANDS)}`;

/** Runs the program. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const { words, given, mistake } = parseOptions(args, {
    known: () => OPTIONS,
    permute: true,
    style: "popt",
  });
  const asked = given.find(({ row }) => !row.takesArgument);
  if (asked !== undefined) {
    io.stdout(asked.row.short === "?" ? optionTable : `${shortUsage}\n`);
    return 0;
  }
  const found = words[0] === LIST.name
    ? { command: LIST, operands: words.slice(1) }
    : findCommand(words, COMMANDS);
  if (mistake !== undefined) io.stderr(`${poptComplaint(mistake)}\n`);
  if (mistake !== undefined || found === undefined) {
    io.stdout(fullHelp + fullHelp);
    return 1;
  }
  if (found.command !== LIST && !takesOperands(found.command, found.operands.length)) {
    io.stdout(toolUsage(shortUsage, found.command));
    return Errno.EINVAL;
  }
  return await runCommand(found.command, found.operands, given, io);
}

async function runCommand(
  command: ConfigCommand,
  operands: readonly string[],
  given: readonly GivenOption[],
  io: ProgramIo,
): Promise<number> {
  let paths: Paths;
  try {
    paths = installedPaths(io.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr(`${error.message}\n`);
    return -SIGABRT;
  }
  const level = parseLogLevel(given.at(-1)?.argument ?? "ERROR") ?? LogLevel.ERROR;
  return await command.run({ io, paths, level, operands });
}

async function dump(call: Call): Promise<number> {
  const loaded = await load(call, "lenient");
  if (typeof loaded === "number") return loaded;
  call.io.stdout(loaded.dump());
  return 0;
}

async function get(call: Call): Promise<number> {
  const [section = "", key = ""] = call.operands;
  if (new ConfValues(confSchema(call.paths)).get(section, key) === undefined) {
    call.io.stderr(`Configuration option [${section}] -> "${key}" not defined\n`);
    return Errno.ENOENT;
  }
  const loaded = await load(call, "lenient");
  if (typeof loaded === "number") return loaded;
  call.io.stdout(`${loaded.get(section, key) ?? ""}\n`);
  return 0;
}

async function validate(call: Call): Promise<number> {
  const loaded = await load(call, "strict");
  if (typeof loaded === "number") return loaded;
  const status = checkWhole(call, loaded);
  return await checkOtherFiles(call) || status;
}

/** What no value has by itself: the daemon would not start with it. */
function checkWhole({ io, paths }: Call, values: ConfValues): number {
  try {
    adminConf(values);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr(`${paths.config}: ${error.message}\n`);
    return Errno.EINVAL;
  }
}

/** The files beside `ctdb.conf` that are there; the C tool does not look at them. */
async function checkOtherFiles({ io, paths }: Call): Promise<number> {
  const settings = await loadSettings(paths, systemConfigIo);
  let status = 0;
  const say = ({ file, line, text }: ConfigMessage) => io.stderr(`${file}:${line}: ${text}\n`);
  for (const kind of ["nodes", "public_addresses", "home_nodes"]) {
    const file = usualFile(kind, paths, settings)!;
    // A command has effects, and is not run to be looked at.
    if (file.startsWith("!") || systemConfigIo.stat(file) === undefined) continue;
    try {
      (await fileReaders[kind]!(file, systemConfigIo)).messages.forEach(say);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      io.stderr(`${error.placed}\n`);
      status = Errno.EINVAL;
    }
  }
  (await loadTunables(paths, systemConfigIo, new Tunables())).forEach(say);
  return status;
}

async function listFile({ io, paths, operands }: Call): Promise<number> {
  const [kind = "", given, ...others] = operands;
  const read = Object.hasOwn(fileReaders, kind) ? fileReaders[kind] : undefined;
  const file = given ?? usualFile(kind, paths, await loadSettings(paths, systemConfigIo));
  if (read === undefined || file === undefined || others.length > 0) {
    io.stderr(`Usage: ctdb-config list ${Object.keys(fileReaders).join("|")} [<file>]\n`);
    return 1;
  }
  try {
    const { lines, messages } = await read(file, systemConfigIo);
    for (const { line, text } of messages) io.stderr(`${file}:${line}: ${text}\n`);
    io.stdout(lines.map((line) => `${line}\n`).join(""));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr(`${error.placed}\n`);
    return Errno.EINVAL;
  }
}

/** Reads the file and says what is to be said about it; a number is the status of a failure. */
async function load(call: Call, mode: "strict" | "lenient"): Promise<ConfValues | number> {
  const { io, paths, level } = call;
  if (level >= LogLevel.NOTICE) io.stderr(`Reading config file ${paths.config}\n`);
  const failed = (status: number) => {
    io.stderr(`Failed to load config file ${paths.config}\n`);
    return status;
  };
  try {
    const { ok, missing, messages, values } = mode === "strict"
      ? await loadConf(paths, systemConfigIo, true)
      : await loadSettings(paths, systemConfigIo);
    for (const message of messages) {
      const onTerminal = io.isTerminal("stderr") && message.line > 0;
      const place = onTerminal ? `${paths.config}:${message.line}: ` : "";
      const said = (message.toolLevel ?? message.level) <= level;
      if (!message.ours && said) io.stderr(`${place}${message.text}\n`);
    }
    if (missing && mode === "strict") return failed(Errno.ENOENT);
    return ok ? values : failed(Errno.EINVAL);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return failed(errnoOf(error));
  }
}

function errnoOf({ code }: ConfigError): number {
  if (code === "ELOOP" || code === "FilesystemLoop") return Errno.ELOOP;
  return code === "EACCES" ? Errno.EACCES : Errno.EIO;
}
