/** The help texts of the C tool, byte for byte (cli.md 1.6). @module */
import { isOfC } from "./c-commands.ts";
import { callText, type CommandText } from "./command-text.ts";
import { optionLine, optionTexts } from "./option-texts.ts";

/** `--usage`: the options in short, wrapped as popt does it. */
export const SHORT_USAGE = `Usage: [-?YXv] [-?|--help] [--usage] [-d|--debug=STRING]
        [-t|--timelimit=INT] [-n|--node=INT] [-Y] [-x|--separator=CHAR]
        [-X] [-v|--verbose] [-T|--maxruntime=INT]
`;

/** `--help`: the table of options. */
export function optionTable(): string {
  const lines = optionTexts.map((option) => ({
    isHelp: option.key === "help" || option.key === "usage",
    line: option.inC === undefined ? "" : optionLine(option, option.inC),
  }));
  const those = (help: boolean) =>
    lines.filter(({ isHelp }) => isHelp === help).map(({ line }) => line).join("");
  return `Usage: [OPTION...]\n${those(false)}\nHelp options:\n${those(true)}`;
}

/** Options and all commands that the C tool has. */
export function fullUsage(commands: readonly CommandText[]): string {
  const lines = commands.filter(({ name }) => isOfC(name)).map(commandLine);
  return `${optionTable()}\nCommands:\n${lines.join("")}`;
}

/** What a mistake in the operands of one command shows. */
export function commandUsage(command: CommandText): string {
  return `${SHORT_USAGE}\nCommands:\n${commandLine(command)}`;
}

/** One line of a list of commands. */
export function commandLine(command: CommandText): string {
  return `  ${command.name.padEnd(15)} ${callText(command).padEnd(27)}  ${command.about}\n`;
}
