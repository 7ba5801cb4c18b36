/** A variable that a file sets. */
export interface ShellAssignment {
  readonly name: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What a file of shell assignments says. */
export interface ShellAssignments {
  /** The last value of each variable. */
  readonly variables: ReadonlyMap<string, ShellAssignment>;
  /** Lines that only a shell could understand; they count for nothing. */
  readonly skipped: readonly number[];
}

/**
 * Reads variables from a file that was meant to be sourced by a shell, without running anything:
 * `NAME=value`, `export NAME=value`, both quotes, backslashes, comments, `;`.
 *
 * What needs a shell is skipped and its lines are listed: expansions (`$`, backquotes), other
 * commands, and everything inside `if`, `for`, `while`, `case`, functions and groups, for an
 * assignment there may or may not happen.
 */
export function parseShellAssignments(text: string): ShellAssignments {
  const variables = new Map<string, ShellAssignment>();
  const skipped = new Set<number>();
  let depth = 0;
  for (const statement of new ShellReader(text).statements()) {
    const change = depthChange(statement.words);
    const found = depth === 0 && change === 0 ? assignmentsOf(statement) : undefined;
    depth = Math.max(0, depth + change);
    if (found === undefined) skipped.add(statement.line);
    else for (const assignment of found) variables.set(assignment.name, assignment);
  }
  return { variables, skipped: [...skipped] };
}

/** A word after quotes were removed. */
interface Word {
  readonly text: string;
  /** Nothing in it would have been expanded by a shell. */
  readonly literal: boolean;
  /** Some of it stood in quotes: it is no keyword. */
  readonly quoted: boolean;
}

interface Statement {
  readonly words: readonly Word[];
  readonly line: number;
  /** It is joined to its neighbours by something else than a newline or `;`. */
  readonly compound: boolean;
}

const openers: ReadonlySet<string> = new Set([
  "if",
  "for",
  "while",
  "until",
  "case",
  "{",
  "select",
]);
const closers: ReadonlySet<string> = new Set(["fi", "done", "esac", "}"]);

/** Only the first word of a statement can be a keyword; `f() {` opens a group at its end. */
function depthChange(words: readonly Word[]): number {
  const first = words[0];
  if (first === undefined || first.quoted) return 0;
  if (openers.has(first.text)) return 1;
  if (closers.has(first.text)) return -1;
  return words.at(-1)!.text === "{" ? 1 : 0;
}

function assignmentsOf(statement: Statement): ShellAssignment[] | undefined {
  const { words, line, compound } = statement;
  const exported = words[0]?.text === "export" && !words[0].quoted;
  const rest = exported ? words.slice(1) : words;
  if (compound) return undefined;
  const found: ShellAssignment[] = [];
  for (const { text, literal } of rest) {
    const equals = text.indexOf("=");
    const name = equals === -1 ? text : text.slice(0, equals);
    if (!literal || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return undefined;
    if (equals !== -1) found.push({ name, value: text.slice(equals + 1), line });
    else if (!exported) return undefined;
  }
  return found;
}

/** Splits a text into statements and words as `sh` does, quotes removed. */
class ShellReader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text.replaceAll("\r\n", "\n");
  }

  *statements(): Generator<Statement> {
    while (this.#at < this.#text.length) {
      const statement = this.#statement();
      if (statement.words.length > 0) yield statement;
    }
  }

  #statement(): Statement {
    const words: Word[] = [];
    let line = this.#line;
    let compound = false;
    while (this.#at < this.#text.length) {
      this.#skipBlanks();
      const char = this.#text[this.#at];
      if (char === undefined) break;
      if (char === "#") {
        this.#skipTo("\n");
      } else if (char === "\n" || char === ";") {
        this.#advance();
        break;
      } else if ("&|<>()".includes(char)) {
        compound = true;
        this.#advance();
      } else {
        if (words.length === 0) line = this.#line;
        words.push(this.#word());
      }
    }
    return { words, line, compound };
  }

  #word(): Word {
    let text = "";
    let literal = true;
    let quoted = false;
    while (this.#at < this.#text.length && !/[ \t\n;&|<>()]/.test(this.#text[this.#at]!)) {
      const char = this.#advance();
      const piece = char === "'"
        ? this.#singleQuoted()
        : char === '"'
        ? this.#doubleQuoted()
        : this.#bare(char);
      quoted ||= char === "'" || char === '"' || char === "\\";
      literal &&= piece.literal;
      text += piece.text;
    }
    return { text, literal, quoted };
  }

  #bare(char: string): { text: string; literal: boolean } {
    if (char === "\\") {
      const next = this.#advance();
      return { text: next === "\n" ? "" : next, literal: next !== "" };
    }
    return { text: char, literal: !"$`*?[~".includes(char) };
  }

  #singleQuoted(): { text: string; literal: boolean } {
    const start = this.#at;
    this.#skipTo("'");
    const closed = this.#at < this.#text.length;
    const text = this.#text.slice(start, this.#at);
    if (closed) this.#advance();
    return { text, literal: closed };
  }

  #doubleQuoted(): { text: string; literal: boolean } {
    let text = "";
    let literal = true;
    while (this.#at < this.#text.length) {
      const char = this.#advance();
      if (char === '"') return { text, literal };
      if (char === "\\" && '"\\$`\n'.includes(this.#text[this.#at] ?? "x")) {
        const next = this.#advance();
        text += next === "\n" ? "" : next;
        continue;
      }
      if (char === "$" || char === "`") literal = false;
      text += char;
    }
    return { text, literal: false };
  }

  #skipBlanks(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char === " " || char === "\t") this.#at++;
      else if (char === "\\" && this.#text[this.#at + 1] === "\n") {
        this.#at += 2;
        this.#line++;
      } else return;
    }
  }

  #skipTo(end: string): void {
    while (this.#at < this.#text.length && this.#text[this.#at] !== end) this.#advance();
  }

  /** Takes one character; "" at the end. */
  #advance(): string {
    const char = this.#text[this.#at] ?? "";
    this.#at++;
    if (char === "\n") this.#line++;
    return char;
  }
}
