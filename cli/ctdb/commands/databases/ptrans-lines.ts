import { parseBytes } from "../../printing/text-bytes.ts";

const NEWLINE = 0x0a;

/** What one line of `ptrans` asks for. */
export interface TransactionLine {
  readonly key: Uint8Array;
  /** Empty: remove the key. */
  readonly value: Uint8Array;
}

/** The lines of an input with their newlines, however long: the C tool cuts after 1,023 bytes. */
export function* splitLines(input: Uint8Array): Generator<string> {
  const decoder = new TextDecoder("latin1");
  for (let start = 0; start < input.length;) {
    const newline = input.indexOf(NEWLINE, start);
    const end = newline < 0 ? input.length : newline + 1;
    yield decoder.decode(input.subarray(start, end));
    start = end;
  }
}

/** A line `"key" "value"`, one byte a character; a text says what is wrong (cli.md 4.36). */
export function parseTransactionLine(line: string): TransactionLine | string {
  const key = quoted(line);
  if (typeof key === "string") return key;
  const value = quoted(key.rest);
  if (typeof value === "string") return value;
  return { key: key.bytes, value: value.bytes };
}

/** The word in quotes that `text` begins with, and what is behind it. */
function quoted(text: string): { bytes: Uint8Array; rest: string } | string {
  const start = text.replace(/^[ \t]+/, "");
  if (!start.startsWith('"')) return `Unsupported input format in ${start}`;
  const end = start.indexOf('"', 1);
  if (end < 0) return `Unmatched " in input ${text}`;
  const word = start.slice(1, end);
  const bytes = word.startsWith("0x") ? parseBytes(word) : latin1(word);
  return typeof bytes === "string" ? bytes : { bytes, rest: start.slice(end + 1) };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
