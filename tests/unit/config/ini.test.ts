import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseIni } from "../../../lib/config/ini.ts";

/** `[section]` for sections, `name=value` for options, `!line` for a syntax error. */
function summary(text: string): string[] {
  const { items, syntaxError } = parseIni(text);
  const lines = items.map((item) =>
    item.kind === "section" ? `[${item.name}]` : `${item.name}=${item.value}`
  );
  return syntaxError === undefined ? lines : [...lines, `!${syntaxError.line}`];
}

// Every case was tried with Debian's ctdb-config 4.17.12.
const cases: readonly [string, string[]][] = [
  ["[a]\nb c = d", ["[a]", "b c=d"]],
  ["[a]\nb   c=d  e", ["[a]", "b c=d e"]],
  ["b\t c\f=\f d \f\n", ["b\tc=d"]],
  [" \t\r\n[a] junk\n", ["[a]"]],
  ["[a] b = c\n", ["[a]"]],
  ["[ a ]\n", ["[ a ]"]],
  ["[]\n", ["[]"]],
  ["a b [c]\n", []],
  ["# a = b \\\nc = d\n ; e = f\n", ["c=d"]],
  ["a # b = c\n", ["a # b=c"]],
  ["a = b # c ; d\n", ["a=b # c ; d"]],
  ["a = b = c\n", ["a=b = c"]],
  ["a =\n", ["a="]],
  ["a\n", []],
  ["a = b\\\n   c   d\n", ["a=b c d"]],
  ["a = b\\ \r\nc\n", ["a=bc"]],
  ["a = b\\\n# c\n", ["a=b# c"]],
  ["a = b\\\n\nc = d\n", ["a=b", "c=d"]],
  ["a = b\\x\n9\n", ["a=b\\x"]],
  ["a\\\nb = c\n", ["ab=c"]],
  ["[a\\\nb]\n", ["[ab]"]],
  ["[a]\\\nb = c\nd = e\n", ["[a]", "d=e"]],
  ["a = \\", ["a=\\"]],
  ["a = b\0c\nd = e\n", ["a=b", "d=e"]],
  ["a\0 = b\n", []],
  ["\\\n = a\n", ["=a"]],
  ["\ufeff[a]\n", []],
  ["a = b\n = c\nd = e\n", ["a=b", "!2"]],
  ["\\\n=a\n", ["!1"]],
  ["a = b\n[c\n]\n", ["a=b", "!2"]],
  ["a = b\n\n[", ["a=b", "!3"]],
];

Deno.test("ini: the dialect of the C tools", () => {
  for (const [text, expected] of cases) {
    deepStrictEqual(summary(text), expected, JSON.stringify(text));
  }
});

Deno.test("ini: items know the line that they begin in, errors the text", () => {
  const text = "[a]\n\n# c\nb = \\\nc\nd = e\n  = f\n";
  const { items, syntaxError } = parseIni(text);
  deepStrictEqual(items.map((item) => item.line), [1, 4, 6]);
  deepStrictEqual(syntaxError, { line: 7, text: "= f" });
});

Deno.test("ini: what was written plainly comes back", () => {
  const word = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8})?$/);
  const value = fc.stringMatching(/^[!-[\]-~]([ -[\]-~]?[!-[\]-~]){0,6}$/);
  const document = fc.array(fc.tuple(word, value), { maxLength: 8 });
  fc.assert(fc.property(document, (options) => {
    const text = options.map(([name, value]) => `${name} = ${value}\n`).join("");
    const single = (s: string) => s.replaceAll(/ +/g, " ");
    deepStrictEqual(summary(text), options.map(([name, value]) => `${name}=${single(value)}`));
  }));
});

Deno.test("ini: any text is read to its end or to an error", () => {
  const text = fc.array(fc.constantFrom("[", "]", "=", "\\", "\n", " ", "\t", "\r", "\0", "#", "a"))
    .map((parts) => parts.join(""));
  fc.assert(fc.property(text, (text) => {
    const { items, syntaxError } = parseIni(text);
    const lines = text.split("\n").length;
    for (const item of items) strictEqual(item.line >= 1 && item.line <= lines, true);
    strictEqual(syntaxError === undefined || syntaxError.line <= lines, true);
  }));
});
