import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../../lib/logging/mod.ts";
import { MAX_CHILD_LINE_BYTES } from "../../../lib/limits/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function splitAll(chunks: readonly Uint8Array[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

Deno.test("lines: carriage returns before a newline go, others stay, empty lines stay", () => {
  deepStrictEqual(splitAll([bytes("a\r\n\nb\rc\r\r\nlast\r")]), ["a", "", "b\rc", "last\r"]);
});

Deno.test("lines: a line of the longest size is one piece, a longer one is cut", () => {
  const exact = "x".repeat(MAX_CHILD_LINE_BYTES);
  deepStrictEqual(splitAll([bytes(`${exact}\nnext\n`)]), [exact, "next"]);
  deepStrictEqual(splitAll([bytes(`${exact}${exact}yz\nnext`)]), [exact, exact, "yz", "next"]);
});

Deno.test("lines: bytes that are not UTF-8 are replaced", () => {
  deepStrictEqual(splitAll([new Uint8Array([0x61, 0xff, 0x0a])]), ["a\ufffd"]);
});

Deno.test("lines: how the bytes are chunked makes no difference, and no piece is too long", () => {
  const text = fc.array(
    fc.oneof(
      fc.constantFrom("\n", "\r", "\r\n"),
      fc.nat(2500).map((n) => "x".repeat(n)),
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(text, fc.array(fc.nat(5000)), (text, cuts) => {
    const all = bytes(text);
    const at = [0, ...cuts.map((n) => Math.min(n, all.length)).sort((a, b) => a - b), all.length];
    const chunks = at.slice(1).map((end, i) => all.subarray(at[i], end));
    const lines = splitAll(chunks);
    deepStrictEqual(lines, splitAll([all]));
    for (const line of lines) strictEqual(line.length <= MAX_CHILD_LINE_BYTES, true);
    const printable = (s: string) => s.replaceAll(/[\r\n]/g, "");
    strictEqual(printable(lines.join("")), printable(text));
  }));
});
