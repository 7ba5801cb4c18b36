import { commandList, type ToolCommand } from "../command-tool.ts";

/** What the commands of `ctdb-event` are called in this program. */
export type CommandKey = "run" | "status" | "list" | "enable" | "disable";

/** A command of `ctdb-event`. */
export interface EventToolCommand extends ToolCommand {
  readonly key: CommandKey;
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly EventToolCommand[] = [
  {
    key: "run",
    name: "run",
    operands: "<timeout> <component> <event> <args>",
    description: "Run an event",
    open: true,
  },
  {
    key: "status",
    name: "status",
    operands: "<component> <event>",
    description: "Get status of an event",
  },
  {
    key: "list",
    name: "script list",
    operands: "<component>",
    description: "List event scripts",
  },
  {
    key: "enable",
    name: "script enable",
    operands: "<component> <script>",
    description: "Enable an event script",
  },
  {
    key: "disable",
    name: "script disable",
    operands: "<component> <script>",
    description: "Disable an event script",
  },
];

/** The help with all commands. */
export const fullHelp = `Usage: ctdb-event [<options>] <command> [<args>]

Help Options:
  -h, --help                                      Show this help message

Options:
  -d, --debug=ERROR|WARNING|NOTICE|INFO|DEBUG     debug level

${commandList(COMMANDS)}`;

/** What stands before the usage of one command. */
export const shortUsage = `Usage: ctdb-event [-h] [-h|--help]
        [-d|--debug=ERROR|WARNING|NOTICE|INFO|DEBUG]`;
