/**
 * The options of every program, as the two libraries of the C tools read them: popt (`ctdb`,
 * `ctdb-event`, `ctdb-config`, `ctdb-path`) and getopt (`ltdbtool`, `ping_pong`,
 * `ctdb_diagnostics`, and `onnode` in the manner of the shell).
 *
 * @module
 */

/** An option that a program knows. */
export interface OptionRow {
  /** The letter behind a dash. */
  readonly short?: string;
  /** The name behind two dashes. */
  readonly long?: string;
  /** `attached`: an argument may follow behind `=`, but need not. */
  readonly takesArgument: boolean | "attached";
}

/** An option as it was given. */
export interface GivenOption<R extends OptionRow = OptionRow> {
  readonly row: R;
  /** `""` for an option without one; `undefined` where it may be left out and was. */
  readonly argument: string | undefined;
  /** The word that the argument was in: what is blamed when it is wrong. */
  readonly word: string;
}

/** The first mistake on a command line. */
export interface OptionMistake {
  readonly kind: "unknown" | "missing argument" | "takes none";
  /** The word that it is in. */
  readonly word: string;
  /** The letter; `-` for a long option. */
  readonly letter: string;
}

/** How a program reads its options. */
export interface OptionRules<R extends OptionRow = OptionRow> {
  /** The options; some only behind certain words. */
  readonly known: (words: readonly string[]) => readonly R[];
  /** Options may follow words (popt, GNU), or the first word ends them (POSIX). */
  readonly permute: boolean;
  /**
   * popt takes `-n=1` as `-n1` and wants long names whole; getopt takes the `=` as part of the
   * argument and lets long names be cut short.
   */
  readonly style: "popt" | "getopt";
}

/** Splits `args` by the rules. Stops at the first mistake; `--` ends the options. */
export function parseOptions<R extends OptionRow>(
  args: readonly string[],
  rules: OptionRules<R>,
): ParsedOptions<R> {
  const parsed = new ParsedOptions(args, rules);
  parsed.read();
  return parsed;
}

/** Options that are letters, those behind which an argument follows with a colon: `ef:h`. */
export function letterRows(letters: string): readonly OptionRow[] {
  return [...letters.matchAll(/([^:])(:?)/g)].map(([, short, colon]) => ({
    short: short!,
    takesArgument: colon === ":",
  }));
}

/** A command line, taken apart as far as the first mistake. */
export class ParsedOptions<R extends OptionRow = OptionRow> {
  /** Everything that is no option. */
  readonly words: string[] = [];
  /** In the order of appearance. */
  readonly given: GivenOption<R>[] = [];
  mistake: OptionMistake | undefined;
  readonly #rest: string[];
  readonly #rules: OptionRules<R>;

  constructor(args: readonly string[], rules: OptionRules<R>) {
    this.#rest = [...args];
    this.#rules = rules;
  }

  /** Takes it apart. */
  read(): void {
    while (this.#rest.length > 0 && this.mistake === undefined) {
      const word = this.#rest.shift()!;
      if (word === "--") return this.#takeRest();
      if (word !== "-" && word.startsWith("--")) this.#takeLong(word);
      else if (word !== "-" && word.startsWith("-")) this.#takeCluster(word);
      else {
        this.words.push(word);
        if (!this.#rules.permute) return this.#takeRest();
      }
    }
  }

  #takeRest(): void {
    this.words.push(...this.#rest.splice(0));
  }

  #takeLong(word: string): void {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const attached = equals < 0 ? undefined : word.slice(equals + 1);
    const row = this.#findLong(name);
    if (row === undefined) return this.#fail("unknown", word, "-");
    if (attached !== undefined && row.takesArgument === false) {
      return this.#fail("takes none", word, "-");
    }
    this.#take(row, word, "-", attached);
  }

  #findLong(name: string): R | undefined {
    const rows = this.#rules.known(this.words).filter(({ long }) => long !== undefined);
    const exact = rows.find(({ long }) => long === name);
    if (exact !== undefined || this.#rules.style === "popt" || name === "") return exact;
    const candidates = rows.filter(({ long }) => long!.startsWith(name));
    return candidates.length === 1 ? candidates[0] : undefined;
  }

  /** One word of letters, such as `-Xn1`. */
  #takeCluster(word: string): void {
    const popt = this.#rules.style === "popt";
    for (let at = 1; at < word.length && this.mistake === undefined; at++) {
      const letter = word[at]!;
      const row = this.#rules.known(this.words).find(({ short }) => short === letter);
      const tail = word.slice(at + 1);
      if (row === undefined) return this.#fail("unknown", word, letter);
      if (row.takesArgument === true) {
        const attached = tail === "" ? undefined : popt ? tail.replace(/^=/, "") : tail;
        return this.#take(row, word, letter, attached);
      }
      if (popt && tail.startsWith("=")) return this.#fail("takes none", word, letter);
      this.#take(row, word, letter, undefined);
    }
  }

  #take(row: R, word: string, letter: string, attached: string | undefined): void {
    if (row.takesArgument !== true) {
      const argument = row.takesArgument === false ? "" : attached;
      this.given.push({ row, argument, word });
      return;
    }
    const argument = attached ?? this.#rest.shift();
    if (argument === undefined) return this.#fail("missing argument", word, letter);
    this.given.push({ row, argument, word: attached === undefined ? argument : word });
  }

  #fail(kind: OptionMistake["kind"], word: string, letter: string): void {
    this.mistake = { kind, word, letter };
  }
}

/** popt's line on a mistake, without newline. */
export function poptComplaint({ kind, word }: OptionMistake): string {
  const reason = kind === "unknown"
    ? "unknown option"
    : kind === "missing argument"
    ? "missing argument"
    : "option does not take an argument";
  return `Invalid option ${word}: ${reason}`;
}

/** The C library's line on a mistake, without newline. */
export function glibcComplaint(program: string, { kind, letter }: OptionMistake): string {
  return kind === "missing argument"
    ? `${program}: option requires an argument -- '${letter}'`
    : `${program}: invalid option -- '${letter}'`;
}

/** The line of a shell's `getopts` on a mistake, without newline. */
export function shellComplaint(program: string, { kind, letter }: OptionMistake): string {
  return kind === "missing argument"
    ? `${program}: option requires an argument -- ${letter}`
    : `${program}: illegal option -- ${letter}`;
}
