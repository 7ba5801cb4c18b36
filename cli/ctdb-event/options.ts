import { LogLevel } from "../../lib/base/mod.ts";
import { parseLogLevel } from "../../lib/logging/mod.ts";
import { type OptionRow, parseOptions as parse, poptComplaint } from "../getopt.ts";

/** What the command line of `ctdb-event` said. */
export interface EventOptions {
  /** The words that are no options: command and operands. */
  readonly words: readonly string[];
  readonly help: boolean;
  /** The level of what goes to standard error. */
  readonly level: number;
}

/** The first mistake on a command line, as it is reported. */
export interface EventMistake {
  readonly mistake: string;
}

const known: readonly OptionRow[] = [
  { short: "h", long: "help", takesArgument: false },
  { short: "d", long: "debug", takesArgument: true },
];

/** Takes the options out of `args`; they may stand anywhere before `--` (cli.md 8). */
export function parseEventOptions(args: readonly string[]): EventOptions | EventMistake {
  const { words, given, mistake } = parse(args, {
    known: () => known,
    permute: true,
    style: "popt",
  });
  if (mistake !== undefined) return { mistake: poptComplaint(mistake) };
  const level = given.findLast(({ row }) => row.short === "d")?.argument;
  return {
    words,
    help: given.some(({ row }) => row.short === "h"),
    level: parseLogLevel(level ?? "ERROR") ?? LogLevel.ERROR,
  };
}
