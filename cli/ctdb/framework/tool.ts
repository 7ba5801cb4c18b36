import { CtdbError, Errno, LogLevel } from "../../../lib/base/mod.ts";
import {
  ConnectionError,
  DaemonConnection,
  RequestTimeoutError,
} from "../../../lib/client/mod_connection.ts";
import { ConfigError, installedPaths, type Paths } from "../../../lib/config/mod_paths.ts";
import type { ProgramIo } from "../../io.ts";
import { Call, type CallParts, ClusterCall } from "./call.ts";
import type { Command } from "./command.ts";
import { flagsOf, operandCount } from "./command-text.ts";
import { CommandFailure, UsageFailure } from "./failures.ts";
import {
  explainsItself,
  nameWrongOperand,
  showHelp,
  unknownCommand,
  withAdvice,
} from "./manners.ts";
import { parseCommandLine, type ParsedCommandLine, type ToolOptions } from "./options.ts";
import { Interrupted, MaximumRunTime, RunLimits, runTimeLimit_s } from "./run-limits.ts";
import { commandUsage, fullUsage, optionTable, SHORT_USAGE } from "./usage.ts";

/** How a program ends that SIGINT ended. */
const SIGINT_STATUS = -2;
/** As C's `abort()` ends a process. */
const SIGABRT_STATUS = -6;

/**
 * Runs the tool with the commands of `table`: options, configuration, connection, command, in the
 * order of cli.md 1.3.
 */
export async function runTool(
  table: readonly Command[],
  args: readonly string[],
  io: ProgramIo,
): Promise<number> {
  const find = (name: string | undefined) => table.find((command) => command.name === name);
  const parsed = parseCommandLine(args, (name) => {
    const command = find(name);
    return command === undefined ? [] : flagsOf(command);
  });
  if (parsed.kind !== "run") return await answerOption(parsed, find(parsed.words[0]), io);
  const [name, ...operands] = parsed.words;
  // Everything but ping takes one node, as in C.
  if (parsed.options.allNodes && (name !== "ping" || parsed.options.json)) {
    return refuse(io, "Invalid option all: invalid numeric value");
  }
  const command = find(name);
  const limit_s = runTimeLimit_s(parsed.options, io.env, command?.endless);
  if (limit_s === undefined) return refuse(io, "Invalid value CTDB_TIMEOUT");
  if (parsed.options.json && parsed.options.machine) {
    return refuse(io, "--json and -Y options are mutually exclusive");
  }
  if (name === undefined) {
    showHelp(io, fullUsage(table));
    return 1;
  }
  if (command === undefined) return refuse(io, unknownCommand(io, name, table));
  if (parsed.options.json && command.json !== true) {
    return refuse(io, `--json not supported by the ${name} subcommand`);
  }
  using limits = new RunLimits(limit_s, io);
  const { options, flags } = parsed;
  const wish = { io, options, operands, flags, commands: table, signal: limits.signal };
  try {
    return await limits.race(runCommand(command, wish));
  } catch (error) {
    return exitOf(error, command, wish);
  }
}

/** What the user wants, before the configuration is known. */
type Wish = Omit<CallParts, "paths" | "nodesSource">;

function refuse(io: ProgramIo, line: string): 1 {
  io.stderr(`${line}\n`);
  return 1;
}

async function answerOption(
  parsed: Exclude<ParsedCommandLine, { kind: "run" }>,
  command: Command | undefined,
  io: ProgramIo,
): Promise<number> {
  if (parsed.kind === "mistake") {
    io.stderr(`${parsed.text}\n`);
    return 1;
  }
  if (parsed.kind === "usage") io.stdout(SHORT_USAGE);
  else if (command !== undefined && explainsItself(io, command)) {
    const { explain } = await import("../commands/help/help.ts");
    io.stdout(explain(command));
  } else showHelp(io, optionTable());
  return 0;
}

async function runCommand(command: Command, wish: Wish): Promise<number> {
  const { io, options } = wish;
  const paths = pathsOf(options, io);
  const nodesSource = command.anyConfiguration === true
    ? paths.nodes
    : await nodesSourceOf(paths, io);
  const parts: CallParts = { ...wish, paths, nodesSource };
  if (command.reach === "nothing") {
    if (options.node !== -1) {
      throw new CommandFailure(1, `Cannot specify node for command ${command.name}`);
    }
    checkCount(command, wish.operands);
    const run = await command.load();
    return await run(new Call(parts)) ?? 0;
  }
  await using client = await connect(parts);
  const call = new ClusterCall(parts, client);
  const toNode = options.node !== -1 && command.nodeIsFilter !== true;
  if (toNode) {
    const { checkTarget } = await import("../commands/nodes/node-map.ts");
    await checkTarget(call);
  }
  if (toNode && command.reach === "local" && call.target !== client.pnn) {
    throw new CommandFailure(1, `Node cannot be specified for command ${command.name}`);
  }
  checkCount(command, wish.operands);
  const run = await command.load();
  return await run(call) ?? 0;
}

/** Where the node list is. The reader of `ctdb.conf` is loaded only where there is one, or an old file. */
async function nodesSourceOf(paths: Paths, io: ProgramIo): Promise<string> {
  if ([paths.config, ...paths.legacyFiles].every(isMissing)) return paths.nodes;
  const { configuredNodesSource } = await import("./nodes-source.ts");
  return await configuredNodesSource(paths, io);
}

function isMissing(path: string): boolean {
  try {
    Deno.statSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

function pathsOf(options: ToolOptions, io: ProgramIo): Paths {
  const paths = resolve(io);
  return options.socket === undefined ? paths : { ...paths, ctdbdSocket: options.socket };
}

function resolve(io: ProgramIo): Paths {
  try {
    return installedPaths(io.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(SIGABRT_STATUS, error.message);
  }
}

function checkCount(command: Command, operands: readonly string[]): void {
  const [least, most] = operandCount(command);
  if (operands.length < least || operands.length > most) throw new UsageFailure("");
}

/** The daemon of another build, which has its socket in another place; `undefined` without one. */
async function connectElsewhere(parts: CallParts): Promise<DaemonConnection | undefined> {
  if (parts.options.socket !== undefined) return undefined;
  const timeout_ms = Math.max(1, parts.options.timeLimit_s * 1000);
  for (const path of parts.paths.otherCtdbdSockets) {
    try {
      return await DaemonConnection.connect(path, { timeout_ms, signal: parts.signal });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }
  return undefined;
}

async function connect(parts: CallParts): Promise<DaemonConnection> {
  const path = parts.paths.ctdbdSocket;
  const timeout_ms = Math.max(1, parts.options.timeLimit_s * 1000);
  try {
    return await DaemonConnection.connect(path, { timeout_ms, signal: parts.signal });
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    const other = error.errno === Errno.ENOENT ? await connectElsewhere(parts) : undefined;
    if (other !== undefined) return other;
    const { explainNoDaemon } = await import("./connect-failure.ts");
    const message = await explainNoDaemon(error, path, parts.nodesSource);
    throw new CommandFailure(1, withAdvice(parts.io, message));
  }
}

/** Says what ended a command; returns the exit status. */
function exitOf(error: unknown, command: Command, wish: Wish): number {
  const { io, options, commands, operands } = wish;
  if (error instanceof UsageFailure) {
    nameWrongOperand(io, command, operands, error.message);
    io.stdout(command.fullUsage === true ? fullUsage(commands) : commandUsage(command));
    return 1;
  }
  if (error instanceof CommandFailure) {
    if (error.message !== "") io.stderr(`${error.message}\n`);
    return error.status;
  }
  if (error instanceof MaximumRunTime) {
    io.stderr("Maximum runtime exceeded - exiting\n");
    return 1;
  }
  if (error instanceof Interrupted) {
    io.stderr(`Interrupted: ${command.name}\n`);
    return SIGINT_STATUS;
  }
  if (error instanceof ConnectionError && !(error instanceof RequestTimeoutError)) {
    if (options.debug >= LogLevel.NOTICE || io.isTerminal("stderr")) {
      io.stderr(`${error.message}\n`);
    }
    return 1;
  }
  if (!(error instanceof CtdbError)) throw error;
  io.stderr(`${error.message}\n`);
  return 1;
}
