/** A line that says something. */
export interface TextLine {
  /** Counted from 1. */
  readonly line: number;
  /** Without white space at either end, never empty. */
  readonly text: string;
}

/**
 * The lines of a configuration file that say anything. Everywhere the same: a byte order mark at the
 * beginning is none of the text, lines end with a newline, with carriage returns before it or not, the
 * last one also without; blanks at both ends do not count, a NUL ends a line as everything in C.
 */
export function textLines(text: string): TextLine[] {
  return withoutMark(text).split("\n").flatMap((raw, index) => {
    const trimmed = raw.replace(/\0.*/s, "").replace(/^[ \t]+/, "").replace(/[ \t\r]+$/, "");
    return trimmed === "" ? [] : [{ line: index + 1, text: trimmed }];
  });
}

/** The words of a line up to a word that begins with `#`. */
export function wordsOf({ text }: TextLine): string[] {
  return text.replace(/(^|[ \t])#.*$/, "").split(/[ \t\r]+/).filter((word) => word !== "");
}

/** The text of a file. */
export function decodeFileText(bytes: Uint8Array): string {
  return withoutMark(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
