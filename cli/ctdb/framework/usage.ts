/** The help texts of the C tool, byte for byte (cli.md 1.6). @module */
import type { CommandInfo } from "./command-info.ts";

/** `--usage`: the options in short. */
export const SHORT_USAGE = `Usage: [-?YXv] [-?|--help] [--usage] [-d|--debug=STRING]
        [-t|--timelimit=INT] [-n|--node=INT] [-Y] [-x|--separator=CHAR]
        [-X] [-v|--verbose] [-T|--maxruntime=INT]
`;

/** `--help`: the table of options. */
export const OPTION_TABLE = `Usage: [OPTION...]
  -d, --debug=STRING       debug level
  -t, --timelimit=INT      timelimit (in seconds)
  -n, --node=INT           node specification - integer
  -Y                       enable machine readable output
  -x, --separator=CHAR     specify separator for machine readable output
  -X                       enable machine parsable output with separator |
  -v, --verbose            enable verbose output
  -T, --maxruntime=INT     die if runtime exceeds this limit (in seconds)

Help options:
  -?, --help               Show this help message
      --usage              Display brief usage message
`;

/** Options and all commands that the C tool has. */
export function fullUsage(commands: readonly CommandInfo[]): string {
  const lines = commands.filter(({ ours }) => ours !== true).map(commandLine);
  return `${OPTION_TABLE}\nCommands:\n${lines.join("")}`;
}

/** What a mistake in the operands of one command shows. */
export function commandUsage(command: CommandInfo): string {
  return `${SHORT_USAGE}\nCommands:\n${commandLine(command)}`;
}

/** One line of a list of commands. */
export function commandLine({ name, operands, about }: CommandInfo): string {
  return `  ${name.padEnd(15)} ${operands.padEnd(27)}  ${about}\n`;
}
