/**
 * The command line framework that `ctdb-config`, `ctdb-path` and `ctdb-event` share (`cli.md` 8): one
 * or two words that select a command, help in popt's layout.
 *
 * @module
 */

/** A command of a tool and what the help says about it. */
export interface ToolCommand {
  /** One word or two. */
  name: string;
  /** The operands as the help shows them, such as `<section> <key>`; one per `<`. */
  operands: string;
  description: string;
  /** The last operand may be left out, or be several. */
  open?: boolean;
}

/** The command that the first words name, and its operands. The first in the table wins. */
export function findCommand<C extends ToolCommand>(
  words: readonly string[],
  commands: readonly C[],
): { command: C; operands: string[] } | undefined {
  for (const command of commands) {
    const name = command.name.split(" ");
    if (name.every((word, at) => words[at] === word)) {
      return { command, operands: words.slice(name.length) };
    }
  }
  return undefined;
}

/** Whether a command takes this many operands. */
export function takesOperands({ operands, open }: ToolCommand, count: number): boolean {
  const shown = operands.split("<").length - 1;
  return open === true ? count >= shown - 1 : count === shown;
}

/** The list of commands at the end of the help. */
export function commandList(commands: readonly ToolCommand[]): string {
  const calls = commands.map(({ name, operands }) => `${name} ${operands}`);
  const width = Math.max(...calls.map((call) => call.length));
  const lines = commands.map(({ description }, at) =>
    `  ${calls[at]!.padEnd(width)}     ${description}\n`
  );
  return `Commands:\n${lines.join("")}`;
}

/** The usage of one command, under the short usage of the program. */
export function toolUsage(shortUsage: string, command: ToolCommand): string {
  const { name, operands, description } = command;
  return `${shortUsage} <command> [<args>]\n\n  ${name} ${operands}     ${description}\n`;
}
