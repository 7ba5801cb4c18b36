import { LogLevel } from "../../../lib/base/mod.ts";
import { parseLogLevel } from "../../../lib/logging/mod.ts";
import { parseOptionNumber } from "../../numbers.ts";

/** What the command line of `ctdb` said (cli.md 1.1). */
export interface ToolOptions {
  /** Level of what is said on standard error. */
  readonly debug: number;
  /** How long one control or message is waited for; at most 0: not at all. */
  readonly timeLimit_s: number;
  /** The node to talk to; -1: the local one. */
  readonly node: number;
  /** Rows for programs, parted by `separator`. */
  readonly machine: boolean;
  readonly separator: string;
  readonly verbose: boolean;
  /** How long the whole program may take; 0: the default. */
  readonly maxRunTime_s: number;
  /** One JSON document. An option of the C tool from 4.25 on, there for two commands only. */
  readonly json: boolean;
  /** The daemon's socket. Not an option of the C tool. */
  readonly socket: string | undefined;
}

/** What to do with a command line. */
export type ParsedCommandLine =
  /** Run the first word with the others as operands. */
  | { readonly kind: "run"; readonly options: ToolOptions; readonly words: readonly string[] }
  /** `--help` or `--usage`. */
  | { readonly kind: "help" | "usage" }
  /** The first mistake, as it is reported. */
  | { readonly kind: "mistake"; readonly text: string };

type Draft = { -readonly [K in keyof ToolOptions]: ToolOptions[K] };
type Take = (draft: Draft, argument: string) => string | undefined;

interface OptionRow {
  readonly long?: string;
  readonly short?: string;
  readonly takesArgument: boolean;
  /** Notes what was given; returns what is wrong with the argument. */
  readonly take: Take;
  /** Ends the parsing. */
  readonly stop?: "help" | "usage";
}

const number = (key: "timeLimit_s" | "node" | "maxRunTime_s"): Take => (draft, argument) => {
  const value = parseOptionNumber(argument);
  if (typeof value === "string") return value;
  draft[key] = value;
  return undefined;
};

const set = (change: Partial<Draft>): Take => (draft) => {
  Object.assign(draft, change);
  return undefined;
};

const text = (note: (draft: Draft, argument: string) => void): Take => (draft, argument) => {
  note(draft, argument);
  return undefined;
};

const rows: readonly OptionRow[] = [
  {
    long: "debug",
    short: "d",
    takesArgument: true,
    take: text((draft, argument) => draft.debug = parseLogLevel(argument) ?? LogLevel.ERROR),
  },
  { long: "timelimit", short: "t", takesArgument: true, take: number("timeLimit_s") },
  { long: "node", short: "n", takesArgument: true, take: number("node") },
  { short: "Y", takesArgument: false, take: set({ machine: true }) },
  {
    long: "separator",
    short: "x",
    takesArgument: true,
    take: text((draft, argument) => draft.separator = argument),
  },
  { short: "X", takesArgument: false, take: set({ machine: true }) },
  { long: "verbose", short: "v", takesArgument: false, take: set({ verbose: true }) },
  { long: "maxruntime", short: "T", takesArgument: true, take: number("maxRunTime_s") },
  { long: "help", short: "?", takesArgument: false, take: set({}), stop: "help" },
  { long: "usage", takesArgument: false, take: set({}), stop: "usage" },
  { long: "json", short: "j", takesArgument: false, take: set({ json: true }) },
  {
    long: "socket",
    takesArgument: true,
    take: text((draft, argument) => draft.socket = argument),
  },
];

/** Options as they are without any. */
export const defaultOptions: ToolOptions = {
  debug: LogLevel.ERROR,
  timeLimit_s: 10,
  node: -1,
  machine: false,
  separator: "|",
  verbose: false,
  maxRunTime_s: 0,
  json: false,
  socket: undefined,
};

/**
 * Takes the options out of `args`, where they may stand anywhere before `--`. Unknown long options
 * are left among the words behind a command that has options of its own.
 */
export function parseCommandLine(
  args: readonly string[],
  hasOwnOptions: (command: string) => boolean = () => false,
): ParsedCommandLine {
  const draft: Draft = { ...defaultOptions };
  const words: string[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      words.push(...rest);
      break;
    }
    if (word === "-" || !word.startsWith("-")) {
      words.push(word);
      continue;
    }
    if (isOwnOption(word, words, hasOwnOptions)) {
      words.push(word);
      continue;
    }
    const end = word.startsWith("--")
      ? readLong(word, rest, draft)
      : readCluster(word, rest, draft);
    if (end !== undefined) return end;
  }
  return { kind: "run", options: draft, words };
}

function isOwnOption(
  word: string,
  words: readonly string[],
  hasOwnOptions: (command: string) => boolean,
): boolean {
  const [command] = words;
  if (command === undefined || !word.startsWith("--") || !hasOwnOptions(command)) return false;
  return !rows.some(({ long }) => long === longName(word));
}

function longName(word: string): string {
  const equals = word.indexOf("=");
  return word.slice(2, equals < 0 ? undefined : equals);
}

function readLong(word: string, rest: string[], draft: Draft): ParsedCommandLine | undefined {
  const equals = word.indexOf("=");
  const row = rows.find(({ long }) => long === longName(word));
  if (row === undefined) return mistake(word, "unknown option");
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  return apply(row, word, attached, rest, draft);
}

/** One word of short options, such as `-Xn1`. */
function readCluster(word: string, rest: string[], draft: Draft): ParsedCommandLine | undefined {
  for (let at = 1; at < word.length; at++) {
    const row = rows.find(({ short }) => short === word[at]);
    if (row === undefined) return mistake(word, "unknown option");
    const tail = word.slice(at + 1);
    if (row.takesArgument) {
      return apply(row, word, tail === "" ? undefined : tail.replace(/^=/, ""), rest, draft);
    }
    const end = apply(row, word, tail.startsWith("=") ? tail : undefined, rest, draft);
    if (end !== undefined) return end;
  }
  return undefined;
}

function apply(
  row: OptionRow,
  word: string,
  attached: string | undefined,
  rest: string[],
  draft: Draft,
): ParsedCommandLine | undefined {
  if (!row.takesArgument) {
    if (attached !== undefined) return mistake(word, "option does not take an argument");
    if (row.stop !== undefined) return { kind: row.stop };
    row.take(draft, "");
    return undefined;
  }
  const argument = attached ?? rest.shift();
  if (argument === undefined) return mistake(word, "missing argument");
  const wrong = row.take(draft, argument);
  // The word that was read last is the one that is blamed.
  return wrong === undefined ? undefined : mistake(attached === undefined ? argument : word, wrong);
}

function mistake(offender: string, reason: string): ParsedCommandLine {
  return { kind: "mistake", text: `Invalid option ${offender}: ${reason}` };
}
