/** A command of `ctdb-event`: its words, operands and what the help says. */
export interface Command {
  readonly name: string;
  readonly operands: string;
  readonly description: string;
  /** How many operands it takes: exactly this many, or more if `open`. */
  readonly count: number;
  readonly open?: boolean;
}

/** All commands, in the order of the help. */
export const COMMANDS = {
  run: {
    name: "run",
    operands: "<timeout> <component> <event> <args>",
    description: "Run an event",
    count: 3,
    open: true,
  },
  status: {
    name: "status",
    operands: "<component> <event>",
    description: "Get status of an event",
    count: 2,
  },
  list: {
    name: "script list",
    operands: "<component>",
    description: "List event scripts",
    count: 1,
  },
  enable: {
    name: "script enable",
    operands: "<component> <script>",
    description: "Enable an event script",
    count: 2,
  },
  disable: {
    name: "script disable",
    operands: "<component> <script>",
    description: "Disable an event script",
    count: 2,
  },
} as const satisfies Record<string, Command>;

/** A command's key in {@link COMMANDS}. */
export type CommandKey = keyof typeof COMMANDS;

/** The command that the first words name, and the words behind it. */
export function findCommand(
  words: readonly string[],
): { key: CommandKey; operands: readonly string[] } | undefined {
  for (const key of Object.keys(COMMANDS) as CommandKey[]) {
    const name = COMMANDS[key].name.split(" ");
    if (name.every((word, i) => words[i] === word)) {
      return { key, operands: words.slice(name.length) };
    }
  }
  return undefined;
}

/** Whether a command takes this many operands. */
export function takesOperands(command: Command, count: number): boolean {
  return command.open ? count >= command.count : count === command.count;
}

const OPTIONS_HELP = `Usage: ctdb-event [<options>] <command> [<args>]

Help Options:
  -h, --help                                      Show this help message

Options:
  -d, --debug=ERROR|WARNING|NOTICE|INFO|DEBUG     debug level
`;

/** The help with all commands. */
export function fullHelp(): string {
  const commands: Command[] = Object.values(COMMANDS);
  const calls = commands.map(({ name, operands }) => `${name} ${operands}`);
  const width = Math.max(...calls.map((call) => call.length));
  const lines = commands.map(({ description }, i) =>
    `  ${calls[i]!.padEnd(width)}     ${description}\n`
  );
  return `${OPTIONS_HELP}\nCommands:\n${lines.join("")}`;
}

/** The usage of one command. */
export function commandUsage({ name, operands, description }: Command): string {
  return `Usage: ctdb-event [-h] [-h|--help]
        [-d|--debug=ERROR|WARNING|NOTICE|INFO|DEBUG] <command> [<args>]

  ${name} ${operands}     ${description}
`;
}
