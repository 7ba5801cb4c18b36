import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { logLevelName, parseLogLevel, syslogSeverity } from "../../../lib/logging/mod.ts";

// Every case was tried with Debian's ctdb-config 4.17.12.
const accepted: readonly [string, number][] = [
  ["ERROR", 0],
  ["e", 0],
  ["err", 0],
  ["W", 1],
  ["N", 3],
  ["notice", 3],
  ["inf", 5],
  ["D", 10],
  ["0", 0],
  ["03", 3],
  ["4", 4],
  ["10", 10],
  ["10x", 10],
  ["1 1", 1],
  ["3.5", 3],
  ["0x11", 0],
  ["4294967296", 0],
];
const refused = ["", "errors", "NOTICEx", "n n", "+3", "-1", "11", "012", "18446744073709551616"];

Deno.test("levels: prefixes of names in any case, numbers 0..10", () => {
  for (const [text, level] of accepted) strictEqual(parseLogLevel(text), level, text);
});

Deno.test("levels: anything else is refused", () => {
  for (const text of refused) strictEqual(parseLogLevel(text), undefined, text);
});

Deno.test("levels: each number has a name and a syslog severity", () => {
  const numbers = [0, 1, 2, 3, 4, 5, 6, 9, 10];
  deepStrictEqual(
    numbers.map(logLevelName),
    "ERROR WARNING WARNING NOTICE NOTICE INFO INFO INFO DEBUG".split(" "),
  );
  deepStrictEqual(numbers.map(syslogSeverity), [3, 4, 5, 5, 5, 5, 6, 6, 7]);
});
