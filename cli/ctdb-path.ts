/**
 * `ctdb-path`: prints where something of CTDB is (`cli.md` 12).
 *
 * @module
 */
import { Errno } from "../lib/base/mod.ts";
import { ConfigError, installedPaths, type Paths } from "../lib/config/mod_paths.ts";
import {
  commandList,
  findCommand,
  takesOperands,
  type ToolCommand,
  toolUsage,
} from "./command-tool.ts";
import { type OptionRow, parseOptions, poptComplaint } from "./getopt.ts";
import type { ProgramIo } from "./io.ts";

/** What C's `abort()` ends a process with. */
const SIGABRT = 6;

const OPTIONS: readonly OptionRow[] = [{ short: "h", long: "help", takesArgument: false }];

interface PathCommand extends ToolCommand {
  find(paths: Paths, operand: string): string;
}

const COMMANDS: readonly PathCommand[] = [
  {
    name: "config",
    operands: "",
    description: "Get path of CTDB config file",
    find: (paths) => paths.config,
  },
  {
    name: "pidfile",
    operands: "<daemon>",
    description: "Get path of CTDB daemon pidfile",
    find: (paths, daemon) => paths.pidfileOf(daemon),
  },
  {
    name: "socket",
    operands: "<daemon>",
    description: "Get path of CTDB daemon socket",
    find: (paths, daemon) => paths.socketOf(daemon),
  },
  ...(["datadir", "etcdir", "rundir", "vardir"] as const)
    .flatMap((name) => directoryCommands(name, (paths) => paths[name])),
];

/** What takes the place of `rundir` in Samba 4.25; the help is that of 4.24.5, which has none of them. */
const NEW_COMMANDS: readonly PathCommand[] = (["lockdir", "piddir", "socketdir"] as const)
  .flatMap((name) => directoryCommands(name, (paths) => paths[name]));

function directoryCommands(name: string, find: (paths: Paths) => string): PathCommand[] {
  return [
    {
      name: `${name} append`,
      operands: "<path>",
      description: `Get path relative to CTDB ${name.toUpperCase()}`,
      find: (paths, path) => `${find(paths)}/${path}`,
    },
    {
      name,
      operands: "",
      description: `Get path of CTDB ${name.toUpperCase()}`,
      find,
    },
  ];
}

const fullHelp = `Usage: ctdb-path [<options>] <command> [<args>]

Help Options:
  -h, --help     Show this help message

${commandList(COMMANDS)}`;

const shortUsage = "Usage: ctdb-path [-h] [-h|--help]";

/** Runs the program. */
export function main(args: string[], io: ProgramIo): Promise<number> {
  return Promise.resolve(run(args, io));
}

function run(args: readonly string[], io: ProgramIo): number {
  const { words, given, mistake } = parseOptions(args, {
    known: () => OPTIONS,
    permute: true,
    style: "popt",
  });
  const found = findCommand(words, [...COMMANDS, ...NEW_COMMANDS]);
  if (mistake !== undefined) io.stderr(`${poptComplaint(mistake)}\n`);
  if (mistake !== undefined || found === undefined) {
    io.stdout(fullHelp + fullHelp);
    return 1;
  }
  const { command, operands } = found;
  if (given.length > 0) {
    io.stdout(toolUsage(shortUsage, command) + fullHelp);
    return 1;
  }
  if (!takesOperands(command, operands.length)) {
    io.stdout(toolUsage(shortUsage, command));
    return Errno.EINVAL;
  }
  return print(command, operands[0] ?? "", io);
}

function print(command: PathCommand, operand: string, io: ProgramIo): number {
  try {
    const paths = installedPaths(io.env);
    io.stdout(`${command.find(paths, operand)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    io.stderr(`${error.message}\n`);
    return -SIGABRT;
  }
}
