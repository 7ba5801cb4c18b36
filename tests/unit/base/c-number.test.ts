/** Numbers as the C library reads them: what was seen of glibc's own `strtol`, `strtoul`, `atoi`. */
import assert from "node:assert/strict";
import { atoi, strtol, strtoul } from "../../../lib/base/mod.ts";

const LONG_MAX = (1n << 63n) - 1n;
const ULONG_MAX = (1n << 64n) - 1n;

Deno.test("strtol: base by the prefix, the rest left over, held to a long", () => {
  const read: Readonly<Record<string, readonly [bigint, string]>> = {
    "": [0n, ""],
    "x": [0n, "x"],
    " \t\n\v\f\r12 ": [12n, " "],
    "+7": [7n, ""],
    "-7": [-7n, ""],
    "- 7": [0n, "- 7"],
    "+-7": [0n, "+-7"],
    "0x1F": [31n, ""],
    "0x": [0n, "x"],
    "0xg": [0n, "xg"],
    "-0X10": [-16n, ""],
    "010": [8n, ""],
    "08": [0n, "8"],
    "1e3": [1n, "e3"],
    "\u00a05": [0n, "\u00a05"],
    "9223372036854775807": [LONG_MAX, ""],
    "9223372036854775808": [LONG_MAX, ""],
    "-9223372036854775808": [-LONG_MAX - 1n, ""],
    "-9223372036854775809": [-LONG_MAX - 1n, ""],
  };
  for (const [text, [value, rest]] of Object.entries(read)) {
    const found = strtol(text);
    assert.deepEqual([found.value, found.rest], [value, rest], JSON.stringify(text));
    assert.equal(
      found.overflow,
      /8$|9$/.test(text) && text.length > 18 && text !== `${-LONG_MAX - 1n}`,
    );
  }
  assert.ok(strtol("x").empty && strtol("- 7").empty && !strtol("0x").empty);
});

Deno.test("strtoul: a minus sign wraps around, and is told", () => {
  assert.deepEqual(strtoul("-1"), {
    value: ULONG_MAX,
    rest: "",
    empty: false,
    negative: true,
    overflow: false,
  });
  assert.equal(strtoul("18446744073709551615").overflow, false);
  assert.equal(strtoul("18446744073709551616").overflow, true);
  assert.equal(strtoul("-18446744073709551616").value, ULONG_MAX);
});

Deno.test("atoi: decimal, an int of a long", () => {
  const read: Readonly<Record<string, number>> = {
    "": 0,
    "x": 0,
    " 12abc": 12,
    "-3.5": -3,
    "0x10": 0,
    "010": 10,
    "+4": 4,
    "2147483648": -2147483648,
    "4294967295": -1,
    "4294967296": 0,
    "9223372036854775808": -1,
    "-9223372036854775809": 0,
  };
  for (const [text, value] of Object.entries(read)) assert.equal(atoi(text), value, text);
});
