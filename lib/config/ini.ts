/** One thing in the file, in its order. */
export type IniItem =
  | { readonly kind: "section"; readonly name: string; readonly line: number }
  | {
    readonly kind: "option";
    readonly name: string;
    readonly value: string;
    readonly line: number;
  };

/** What a text in the dialect of `ctdb.conf` says. */
export interface IniResult {
  /** Everything up to the syntax error, if there is one. */
  readonly items: readonly IniItem[];
  /** Lines with neither a section nor a `=`, which the C tools pass over in silence. */
  readonly skipped: readonly { readonly line: number; readonly text: string }[];
  /** The first line that is no line of the dialect; what follows was not read. */
  readonly syntaxError: { readonly line: number; readonly text: string } | undefined;
}

/**
 * Reads the ini dialect of `ctdb.conf` and `ctdb.tunables` (`cluster.md` 2.1).
 *
 * - A run of white space inside a line counts as its first character; white space at both ends and
 *   around name and value is dropped.
 * - A backslash, with or without white space behind it, at the end of a line joins the next one.
 * - `#` and `;` begin a comment only as the first character of a line; a comment is not continued.
 * - What follows the `]` of a section is ignored; a line without `=` is skipped.
 * - `[` without `]` and a line that begins with `=` are syntax errors.
 * - A NUL ends a line, as everything in C.
 */
export function parseIni(text: string): IniResult {
  const reader = new IniReader(text);
  const items: IniItem[] = [];
  const skipped: { line: number; text: string }[] = [];
  while (!reader.atEnd) {
    const line = reader.line;
    const item = reader.next();
    if (item === "bad") return { items, skipped, syntaxError: { line, text: lineOf(text, line) } };
    if (item === "skipped") skipped.push({ line, text: lineOf(text, line) });
    else if (item !== undefined) items.push(item);
  }
  return { items, skipped, syntaxError: undefined };
}

function lineOf(text: string, line: number): string {
  return text.split("\n", line)[line - 1]!.trim();
}

/** Everything that C's `isspace` takes but the newline. */
const blank = /[ \t\v\f\r]/;

class IniReader {
  readonly #text: string;
  #at = 0;
  line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads one logical line. Undefined when it says nothing. */
  next(): IniItem | "bad" | "skipped" | undefined {
    this.#skipBlanks();
    const first = this.#text[this.#at];
    if (first === "#" || first === ";") {
      this.#skipComment();
      return undefined;
    }
    const line = this.line;
    const logical = this.#logicalLine();
    if (logical === "") return undefined;
    return logical.startsWith("[") ? section(logical, line) : option(logical, line);
  }

  #skipBlanks(): void {
    while (!this.atEnd && blank.test(this.#text[this.#at]!)) this.#at++;
  }

  #skipComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
    this.line++;
  }

  /** The line with its continuations, white space made single, none at the end. */
  #logicalLine(): string {
    let out = "";
    while (!this.atEnd) {
      const end = this.#text.indexOf("\n", this.#at);
      const part = this.#text.slice(this.#at, end === -1 ? this.#text.length : end);
      this.#at = end === -1 ? this.#text.length : end + 1;
      this.line++;
      out = squeeze(out + part);
      if (end === -1 || !out.endsWith("\\")) break;
      out = out.slice(0, -1);
    }
    return cText(squeeze(out));
  }
}

function squeeze(text: string): string {
  return text.replaceAll(/([ \t\v\f\r])[ \t\v\f\r]+/g, "$1").replace(/[ \t\v\f\r]$/, "");
}

function section(logical: string, line: number): IniItem | "bad" {
  const end = logical.indexOf("]");
  return end === -1 ? "bad" : { kind: "section", name: logical.slice(1, end), line };
}

function option(logical: string, line: number): IniItem | "bad" | "skipped" {
  const equals = logical.indexOf("=");
  if (equals === -1) return "skipped";
  if (equals === 0) return "bad";
  const name = trim(logical.slice(0, equals));
  const value = trim(logical.slice(equals + 1));
  return { kind: "option", name, value, line };
}

function trim(text: string): string {
  return text.replaceAll(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, "");
}

function cText(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}
