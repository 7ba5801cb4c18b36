import { LogLevel } from "../../../lib/base/mod.ts";
import { parseLogLevel } from "../../../lib/logging/mod_level.ts";
import { type OptionRow, parseOptions, poptComplaint } from "../../getopt.ts";
import { parseOptionNumber } from "../../numbers.ts";
import type { Flag } from "./command-text.ts";
import { type OptionText, optionTexts } from "./option-texts.ts";

/** What the command line of `ctdb` said (cli.md 1.1). */
export interface ToolOptions {
  /** Level of what is said on standard error. */
  readonly debug: number;
  /** How long one control or message is waited for; at most 0: not at all. */
  readonly timeLimit_s: number;
  /** The node to talk to; -1: the local one. */
  readonly node: number;
  /** `-n all`, which the C tool has not known since 4.5, and Nagios' check_ctdb still uses. */
  readonly allNodes: boolean;
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
  | {
    readonly kind: "run";
    readonly options: ToolOptions;
    readonly words: readonly string[];
    readonly flags: Flags;
  }
  /** `--help` or `--usage`, and the words before it. */
  | { readonly kind: "help" | "usage"; readonly words: readonly string[] }
  /** The first mistake, as it is reported. */
  | { readonly kind: "mistake"; readonly text: string; readonly words: readonly string[] };

/** The options of one command that were given, by name; those without a value are `""`. */
export type Flags = ReadonlyMap<string, string>;

/** Options as they are without any. */
export const defaultOptions: ToolOptions = {
  debug: LogLevel.ERROR,
  timeLimit_s: 10,
  node: -1,
  allNodes: false,
  machine: false,
  separator: "|",
  verbose: false,
  maxRunTime_s: 0,
  json: false,
  socket: undefined,
};

type Draft = { -readonly [K in keyof ToolOptions]: ToolOptions[K] };

/** Notes what was given; returns what is wrong with the argument. */
type Take = (draft: Draft, argument: string) => string | void;

const number = (key: "timeLimit_s" | "node" | "maxRunTime_s"): Take => (draft, argument) => {
  const value = parseOptionNumber(argument);
  if (typeof value === "string") return value;
  draft[key] = value;
};

/** What each option does, by its key in {@link optionTexts}. */
const TAKERS: Readonly<Record<OptionText["key"], Take>> = {
  debug: (draft, level) => void (draft.debug = parseLogLevel(level) ?? LogLevel.ERROR),
  timelimit: number("timeLimit_s"),
  node: (draft, word) => {
    draft.allNodes = word === "all";
    return draft.allNodes ? undefined : number("node")(draft, word);
  },
  Y: (draft) => void (draft.machine = true),
  separator: (draft, text) => void (draft.separator = text),
  X: (draft) => void (draft.machine = true),
  verbose: (draft) => void (draft.verbose = true),
  maxruntime: number("maxRunTime_s"),
  json: (draft) => void (draft.json = true),
  socket: (draft, path) => void (draft.socket = path),
  help: () => {},
  usage: () => {},
};

interface Row extends OptionRow {
  /** An option of the tool. */
  readonly key?: OptionText["key"];
  /** An option of one command. */
  readonly flag?: Flag;
}

const toolRows: readonly Row[] = [
  ...optionTexts.map(({ key, short, long, argument }) => ({
    key,
    ...(short === undefined ? {} : { short }),
    ...(long === undefined ? {} : { long }),
    takesArgument: argument !== undefined,
  })),
  // What Samba's own programs call it: sambacc gives it to them all (contracts.md C1), to `ctdb`, too.
  { key: "debug", long: "debuglevel", takesArgument: true },
];

/**
 * Takes the options out of `args`, where they may stand anywhere before `--`; those of a command
 * behind its name.
 */
export function parseCommandLine(
  args: readonly string[],
  flagsOf: (command: string) => readonly Flag[] = () => [],
): ParsedCommandLine {
  const parsed = parseOptions<Row>(args, {
    known: ([command]) =>
      command === undefined ? toolRows : [...toolRows, ...flagsOf(command).map(flagRow)],
    permute: true,
    style: "popt",
  });
  const { words } = parsed;
  const draft: Draft = { ...defaultOptions };
  const flags = new Map<string, string>();
  for (const { row: { key, flag }, argument = "", word } of parsed.given) {
    if (key === "help" || key === "usage") return { kind: key, words };
    if (flag !== undefined) {
      const wrong = wrongValue(flag, argument);
      if (wrong !== undefined) return { kind: "mistake", text: wrong, words };
      flags.set(flag.name, argument);
      continue;
    }
    const wrong = TAKERS[key!](draft, argument);
    if (typeof wrong === "string") {
      return { kind: "mistake", text: `Invalid option ${word}: ${wrong}`, words };
    }
  }
  if (parsed.mistake !== undefined) {
    return { kind: "mistake", text: poptComplaint(parsed.mistake), words };
  }
  return { kind: "run", options: draft, words, flags };
}

function flagRow(flag: Flag): Row {
  return { flag, long: flag.name, takesArgument: flag.value !== undefined };
}

/** What is wrong with the value of a flag that takes certain words only. */
function wrongValue({ name, value }: Flag, argument: string): string | undefined {
  if (value === undefined || value.kind !== undefined || value.words.length === 0) return undefined;
  if (value.words.includes(argument)) return undefined;
  return `Invalid value of --${name} '${argument}': ${value.words.join(", ")}`;
}
