import { glibcComplaint, parseShortOptions } from "../getopt.ts";

const NAME = "ctdb_diagnostics";

const usageText = `Usage: ${NAME} [OPTION] ...
  options:
    -n <nodes>  Comma separated list of nodes to operate on
    -c          Ignore comment lines (starting with '#') in file comparisons
    -l          Run in local mode
    -w          Ignore whitespace in file comparisons
    --no-ads    Do not use commands that assume an Active Directory Server
`;

/** What the command line asks for. */
export interface DiagnosticsOptions {
  /** -n; `undefined`: all nodes. */
  nodes: string[] | undefined;
  /** -c */
  ignoreComments: boolean;
  /** -l */
  local: boolean;
  /** -w */
  ignoreBlanks: boolean;
  /** Whether there may be an Active Directory server: not with --no-ads. */
  activeDirectory: boolean;
}

/** Reads the command line; a text is what to say about a mistake, the usage included. */
export function parseOptions(args: readonly string[]): DiagnosticsOptions | string {
  const { words, long } = separateLongOptions(args);
  const unknown = long.find((word) => longOption(word) === undefined);
  if (unknown !== undefined) return `${NAME}: unrecognized option '${unknown}'\n${usageText}`;
  const parsed = parseShortOptions(words, { flags: "chlw", valued: "n", permute: true });
  if (parsed.error) return `${glibcComplaint(NAME, parsed.error)}\n${usageText}`;
  const given = (letter: string) => parsed.options.some((option) => option.letter === letter);
  const help = given("h") || long.some((word) => longOption(word) === "--help");
  if (help || parsed.operands.length > 0) return usageText;
  const nodes = parsed.options.findLast(({ letter }) => letter === "n")?.argument;
  return {
    nodes: nodes?.split(",").filter((node) => node !== ""),
    ignoreComments: given("c"),
    local: given("l"),
    ignoreBlanks: given("w"),
    activeDirectory: !long.some((word) => longOption(word) === "--no-ads"),
  };
}

/** The option that a word abbreviates, as the C library's getopt has it. */
function longOption(word: string): string | undefined {
  return ["--no-ads", "--help"].find((name) => word.length > 2 && name.startsWith(word));
}

function separateLongOptions(args: readonly string[]): { words: string[]; long: string[] } {
  const words: string[] = [];
  const long: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === "--") return { words: [...words, ...args.slice(at)], long };
    if (word.startsWith("--")) {
      long.push(word);
      continue;
    }
    words.push(word);
    const takesNext = /^-[chlw]*n$/.test(word) && at + 1 < args.length;
    if (takesNext) words.push(args[++at]!);
  }
  return { words, long };
}
