/**
 * The options of `ctdb`, said once: the texts of the C tool (byte for byte, cli.md 1.6), our help and
 * completion follow from them.
 *
 * @module
 */
import type { NameKind } from "./operand-grammar.ts";

/** An option of every command. */
export interface OptionText {
  readonly key:
    | "debug"
    | "timelimit"
    | "node"
    | "Y"
    | "separator"
    | "X"
    | "verbose"
    | "maxruntime"
    | "json"
    | "socket"
    | "help"
    | "usage";
  readonly short?: string;
  readonly long?: string;
  /** How the help shows its argument; absent: it takes none. */
  readonly argument?: string;
  /** The words of the C tool; absent where it has no such option. */
  readonly inC?: string;
  readonly about: string;
  /** What completion offers for the argument. */
  readonly offers?: NameKind | readonly string[];
}

/** All options, in the order of the C tool's help, then ours. */
export const optionTexts: readonly OptionText[] = [
  {
    key: "debug",
    short: "d",
    long: "debug",
    argument: "STRING",
    inC: "debug level",
    about: "level of messages on standard error (ERROR)",
    offers: ["ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"],
  },
  {
    key: "timelimit",
    short: "t",
    long: "timelimit",
    argument: "INT",
    inC: "timelimit (in seconds)",
    about: "wait so many seconds for one answer (10)",
  },
  {
    key: "node",
    short: "n",
    long: "node",
    argument: "INT",
    inC: "node specification - integer",
    about: "ask or change this node instead of the local one",
    offers: "node",
  },
  {
    key: "Y",
    short: "Y",
    inC: "enable machine readable output",
    about: "rows for programs, where the command has them",
  },
  {
    key: "separator",
    short: "x",
    long: "separator",
    argument: "CHAR",
    inC: "specify separator for machine readable output",
    about: "what parts the columns of these rows (|)",
  },
  {
    key: "X",
    short: "X",
    inC: "enable machine parsable output with separator |",
    about: "as -Y",
  },
  {
    key: "verbose",
    short: "v",
    long: "verbose",
    inC: "enable verbose output",
    about: "more, from the command ip",
  },
  {
    key: "maxruntime",
    short: "T",
    long: "maxruntime",
    argument: "INT",
    inC: "die if runtime exceeds this limit (in seconds)",
    about: "give up after so many seconds (120)",
  },
  {
    key: "json",
    short: "j",
    long: "json",
    about: "one JSON document, where the command prints data",
  },
  {
    key: "socket",
    long: "socket",
    argument: "PATH",
    about: "talk to the daemon behind this socket",
    offers: "file",
  },
  {
    key: "help",
    short: "?",
    long: "help",
    inC: "Show this help message",
    about: "the options of the C tool; behind a command of ours, its help",
  },
  {
    key: "usage",
    long: "usage",
    inC: "Display brief usage message",
    about: "the same in short",
  },
];

/** One line of a table of options. */
export function optionLine({ short, long, argument }: OptionText, text: string): string {
  const letter = short === undefined ? "    " : long === undefined ? `-${short}` : `-${short}, `;
  const name = long === undefined ? "" : `--${long}`;
  const value = argument === undefined ? "" : `=${argument}`;
  return `  ${`${letter}${name}${value}`.padEnd(24)} ${text}\n`;
}
