/**
 * The short options of POSIX tools, with the complaints of the C library (`ltdbtool`,
 * `ping_pong`, `ctdb_diagnostics`) or of the shell (`onnode`).
 *
 * @module
 */

/** What the command line said. */
export interface ParsedOptions {
  /** In the order of appearance; the argument is `""` for an option that takes none. */
  options: Array<{ letter: string; argument: string }>;
  /** Everything that is no option. */
  operands: string[];
  /** The first mistake: an unknown option, or one whose argument is missing. */
  error?: { kind: "unknown" | "missing argument"; letter: string };
}

/** How options and operands may be mixed. */
export interface OptionRules {
  /** Letters of options without an argument. */
  flags: string;
  /** Letters of options with one, attached (`-s0`) or as the next word (`-s 0`). */
  valued: string;
  /** Options may follow operands (GNU), or the first operand ends them (POSIX). */
  permute: boolean;
}

/** Splits `args` by the rules. Stops at the first mistake; `--` ends the options. */
export function parseShortOptions(args: readonly string[], rules: OptionRules): ParsedOptions {
  const parsed: ParsedOptions = { options: [], operands: [] };
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === "--") return withRest(parsed, args, at + 1);
    if (word === "-" || !word.startsWith("-")) {
      if (!rules.permute) return withRest(parsed, args, at);
      parsed.operands.push(word);
      continue;
    }
    const usedNext = readCluster(word, args[at + 1], rules, parsed);
    if (parsed.error) return parsed;
    if (usedNext) at++;
  }
  return parsed;
}

function withRest(parsed: ParsedOptions, args: readonly string[], from: number): ParsedOptions {
  parsed.operands.push(...args.slice(from));
  return parsed;
}

/** Reads one word such as `-pq` or `-f nodes`; true if it took the next word as an argument. */
function readCluster(
  word: string,
  next: string | undefined,
  rules: OptionRules,
  parsed: ParsedOptions,
): boolean {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at]!;
    if (rules.flags.includes(letter)) {
      parsed.options.push({ letter, argument: "" });
    } else if (!rules.valued.includes(letter)) {
      parsed.error = { kind: "unknown", letter };
      return false;
    } else if (at + 1 < word.length) {
      parsed.options.push({ letter, argument: word.slice(at + 1) });
      return false;
    } else if (next === undefined) {
      parsed.error = { kind: "missing argument", letter };
      return false;
    } else {
      parsed.options.push({ letter, argument: next });
      return true;
    }
  }
  return false;
}

/** The C library's line on a mistake, without newline. */
export function glibcComplaint(program: string, error: NonNullable<ParsedOptions["error"]>) {
  return error.kind === "unknown"
    ? `${program}: invalid option -- '${error.letter}'`
    : `${program}: option requires an argument -- '${error.letter}'`;
}

/** The line of a shell's `getopts` on a mistake, without newline. */
export function shellComplaint(program: string, error: NonNullable<ParsedOptions["error"]>) {
  return error.kind === "unknown"
    ? `${program}: illegal option -- ${error.letter}`
    : `${program}: option requires an argument -- ${error.letter}`;
}
