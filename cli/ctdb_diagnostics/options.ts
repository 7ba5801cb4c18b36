import { glibcComplaint, letterRows, parseOptions as parse } from "../getopt.ts";

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

const known = [
  ...letterRows("chlwn:"),
  { long: "no-ads", takesArgument: false },
  { long: "help", takesArgument: false },
];

/** Reads the command line; a text is what to say about a mistake, the usage included. */
export function parseDiagnosticsOptions(args: readonly string[]): DiagnosticsOptions | string {
  const parsed = parse(args, { known: () => known, permute: true, style: "getopt" });
  if (parsed.mistake !== undefined) {
    const { word, letter } = parsed.mistake;
    const line = letter === "-"
      ? `${NAME}: unrecognized option '${word}'`
      : glibcComplaint(NAME, parsed.mistake);
    return `${line}\n${usageText}`;
  }
  const given = (name: string) =>
    parsed.given.some(({ row: { short, long } }) => short === name || long === name);
  if (given("h") || given("help") || parsed.words.length > 0) return usageText;
  const nodes = parsed.given.findLast(({ row }) => row.short === "n")?.argument;
  return {
    nodes: nodes?.split(",").filter((node) => node !== ""),
    ignoreComments: given("c"),
    local: given("l"),
    ignoreBlanks: given("w"),
    activeDirectory: !given("no-ads"),
  };
}
