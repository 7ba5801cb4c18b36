/**
 * `ctdb-event`: runs events, shows their status, enables and disables event scripts. It is also
 * what stands behind `ctdb event` and `ctdb scriptstatus` (cli.md 8 and 9).
 *
 * @module
 */
import { atoi, Errno, LogLevel } from "../lib/base/mod.ts";
import {
  disableScript,
  enableScript,
  EventClient,
  EventConnectionError,
  type EventService,
  formatStatus,
  isDaemonEvent,
  type ListedScript,
  overviewScripts,
  type ScriptChange,
} from "../lib/events/mod.ts";
import { findCommand, takesOperands, toolUsage } from "./command-tool.ts";
import { parseEventOptions } from "./ctdb-event/options.ts";
import { type EventPaths, eventPaths } from "./ctdb-event/paths.ts";
import { type CommandKey, COMMANDS, fullHelp, shortUsage } from "./ctdb-event/usage.ts";
import type { ProgramIo } from "./io.ts";

/** What C's `abort()` ends a process with. */
const SIGABRT = 6;

/** What a command works with. */
interface Call {
  readonly io: ProgramIo;
  readonly paths: EventPaths;
  readonly operands: readonly string[];
  /** Says how the command ended, to those who asked for such news. */
  finished(command: string, result: number, level: number): void;
}

/** Runs `ctdb-event` with the arguments behind its name; resolves to the exit status. */
export async function main(args: string[], io: ProgramIo): Promise<number> {
  const options = parseEventOptions(args);
  if ("mistake" in options) {
    io.stderr(`${options.mistake}\n`);
    return usage(io, fullHelp + fullHelp);
  }
  const found = findCommand(options.words, COMMANDS);
  if (found === undefined) return usage(io, fullHelp + fullHelp);
  const { command, operands } = found;
  if (options.help) return usage(io, toolUsage(shortUsage, command) + fullHelp);
  if (!takesOperands(command, operands.length)) {
    return usage(io, toolUsage(shortUsage, command));
  }

  const paths = eventPaths(io.env);
  if (paths === undefined) {
    io.stderr("Broken CTDB setup, CTDB_BASE not set in test mode\n");
    return -SIGABRT;
  }
  const finished: Call["finished"] = (command, result, level) => {
    if (level <= options.level) io.stderr(`Command ${command} finished with result=${result}\n`);
  };
  return Math.abs(await HANDLERS[command.key]({ io, paths, operands, finished })) & 0xff;
}

const HANDLERS: Record<CommandKey, (call: Call) => Promise<number>> = {
  run: (call) => withDaemon(call, runEvent),
  status: (call) => withDaemon(call, showStatus),
  list: listScripts,
  enable: (call) => changeScript(call, enableScript),
  disable: (call) => changeScript(call, disableScript),
};

function usage(io: ProgramIo, text: string): number {
  io.stdout(text);
  return 1;
}

async function withDaemon(
  call: Call,
  command: (call: Call, events: EventService) => Promise<number>,
): Promise<number> {
  const { io, paths } = call;
  let client: EventClient;
  try {
    client = await EventClient.connect(paths.socket);
  } catch (error) {
    if (!(error instanceof EventConnectionError)) throw error;
    io.stderr(`socket connect failed - ${paths.socket}\n`);
    io.stderr(`Failed to initialize event client, ret=${Errno.EIO}\n`);
    return Errno.EIO;
  }
  try {
    return await command(call, client);
  } finally {
    await client.close();
  }
}

async function runEvent({ io, operands, finished }: Call, events: EventService): Promise<number> {
  const [timeout = "", component = "", event = "", ...args] = operands;
  const runAll = io.env["CTDB_TEST_MODE"] !== undefined &&
    io.env["CTDB_EVENT_RUN_ALL"] !== undefined;
  const timeout_s = Math.max(0, atoi(timeout));
  try {
    const result = await events
      .run({ component, event, args: args.join(" "), timeout_s, runAll });
    finished("run", result, LogLevel.NOTICE);
    io.stdout(runMessage(component, event, result));
    if (component === "legacy" && !isDaemonEvent(event)) {
      io.stderr(`Event ${event} is none that the daemon raises\n`);
    }
    return result;
  } catch (error) {
    if (!(error instanceof EventConnectionError)) throw error;
    io.stdout(`Failed to run event ${event} in ${component}, ret=${Errno.EIO}\n`);
    return 1;
  }
}

function runMessage(component: string, event: string, result: number): string {
  switch (result) {
    case 0:
      return "";
    case Errno.ENOENT:
      return `Event dir for ${component} does not exist\n`;
    case Errno.ETIMEDOUT:
      return `Event ${event} in ${component} timed out\n`;
    case Errno.ECANCELED:
      return `Event ${event} in ${component} got cancelled\n`;
    case Errno.ENOEXEC:
      return `Event ${event} in ${component} failed\n`;
    default:
      return `Failed to run event ${event} in ${component}, result=${result}\n`;
  }
}

async function showStatus({ io, operands, finished }: Call, events: EventService): Promise<number> {
  const [component = "", event = ""] = operands;
  try {
    const { result, record } = await events.status(component, event);
    finished("status", result, LogLevel.NOTICE);
    if (record !== undefined) {
      io.stdout(formatStatus(record.scripts));
      return record.summary;
    }
    io.stdout(statusMessage(component, event, result));
    return result;
  } catch (error) {
    if (!(error instanceof EventConnectionError)) throw error;
    io.stdout(`Failed to get status for event ${event} in ${component}, ret=${Errno.EIO}\n`);
    return 1;
  }
}

function statusMessage(component: string, event: string, result: number): string {
  switch (result) {
    case Errno.EINVAL:
      return `Event ${event} has never run in ${component}\n`;
    case Errno.ENOENT:
      return `Event dir for ${component} does not exist\n`;
    default:
      return `Unknown error (${result}) for event ${event} in ${component}\n`;
  }
}

async function listScripts({ io, paths, operands, finished }: Call): Promise<number> {
  const overview = await overviewScripts(paths, operands[0] ?? "");
  if ("missing" in overview) {
    if (overview.missing === "data") {
      io.stderr(`Unable to find event script installation directory: ${overview.directory}\n`);
    } else {
      finished("script list", overview.errno, LogLevel.ERROR);
    }
    return overview.errno;
  }
  finished("script list", 0, LogLevel.NOTICE);
  const { installed, others } = overview;
  const gap = installed.length > 0 && others.length > 0 ? "\n" : "";
  io.stdout(installed.map(listLine).join("") + gap + others.map(listLine).join(""));
  return 0;
}

function listLine({ name, enabled }: ListedScript): string {
  return `${enabled ? "*" : " "} ${name}\n`;
}

async function changeScript(
  { io, paths, operands, finished }: Call,
  change: typeof enableScript,
): Promise<number> {
  const [component = "", script = ""] = operands;
  const { result, message, remark, ownFile }: ScriptChange = await change(paths, component, script);
  if (ownFile) finished("script", result, LogLevel.NOTICE);
  if (message !== undefined) io.stdout(`${message}\n`);
  if (remark !== undefined) io.stderr(`${remark}\n`);
  return result;
}
