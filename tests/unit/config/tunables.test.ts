import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  applyTunables,
  ConfigError,
  parseTunableValue,
  Tunables,
} from "../../../lib/config/mod.ts";
import { defaultTunables } from "../../../lib/wire/mod.ts";

Deno.test("tunables: names in any case, values by property", () => {
  const tunables = new Tunables();
  strictEqual(tunables.values.RecoverInterval, 1);
  const { values } = tunables;
  strictEqual(tunables.set("recoverINTERVAL", 7), "set");
  strictEqual(values.RecoverInterval, 7);
  strictEqual(tunables.get("RECOVERinterval"), 7);
});

Deno.test("tunables: unknown and obsolete ones", () => {
  const tunables = new Tunables();
  strictEqual(tunables.get("nosuch"), undefined);
  strictEqual(tunables.set("nosuch", 1), "unknown");
  strictEqual(tunables.set("MaxRedirectCount", 9), "obsolete");
  strictEqual(tunables.get("MaxRedirectCount"), 9);
  strictEqual(tunables.names().includes("MaxRedirectCount"), false);
  strictEqual(tunables.names().length, 49);
});

Deno.test("tunables: one node's values are not another's, nor the defaults", () => {
  const one = new Tunables();
  one.set("RecoverInterval", 99);
  strictEqual(new Tunables().values.RecoverInterval, 1);
  strictEqual(defaultTunables.RecoverInterval, 1);
  strictEqual(new Tunables(one.values).values.RecoverInterval, 99);
});

Deno.test("tunables: only u32 fit", () => {
  const tunables = new Tunables();
  strictEqual(tunables.set("RecoverInterval", 0xffff_ffff), "set");
  for (const value of [-1, 1.5, 2 ** 32, NaN]) {
    throws(() => tunables.set("RecoverInterval", value), ConfigError);
  }
});

// Every case but those with numbers over 32 bits was tried with Debian's ctdbd 4.17.12.
const values: readonly [string, number | undefined][] = [
  ["010", 8],
  ["+3", 3],
  ["0x10", 16],
  ["4294967295", 4294967295],
  ["0", 0],
  ["30x", undefined],
  ["-1", undefined],
  ["-18446744073709551615", undefined],
  ["18446744073709551617", undefined],
  ['" 3"', undefined],
  ["+ 3", undefined],
  ["1 # x", undefined],
  ["0x", undefined],
  ["08", undefined],
  ["", undefined],
  ["4294967296", undefined],
];

Deno.test("tunables: what is a value", () => {
  for (const [text, value] of values) strictEqual(parseTunableValue(text), value, text);
});

Deno.test("tunables: every u32 in three bases", () => {
  fc.assert(fc.property(fc.nat(0xffff_ffff), (n) => {
    for (const text of [`${n}`, `0x${n.toString(16)}`, `0${n.toString(8)}`]) {
      strictEqual(parseTunableValue(text), n);
    }
  }));
});

Deno.test("tunables file: good lines count, bad ones are reported with their place", () => {
  const tunables = new Tunables();
  const messages = applyTunables(
    `[RecoverTimeout]
foo=1
MaxRedirectCount=1
recovertimeout=30x
RecoverTimeout
RecoverTimeout=
RecoverInterval = 0x10
Verbose MemoryNames=1
# foo
; bar
electiontimeout=\\
010
MonitorInterval=20
MonitorInterval=15
`,
    tunables,
  );
  deepStrictEqual(messages.map(({ level, line, text }) => [level, line, text]), [
    [0, 1, "Invalid line, sections not supported: [RecoverTimeout]"],
    [0, 2, 'Unknown tunable "foo"'],
    [0, 3, 'Obsolete tunable "MaxRedirectCount"'],
    [0, 4, 'Invalid value "30x" for tunable "recovertimeout"'],
    [0, 5, 'Invalid line containing "RecoverTimeout"'],
    [0, 6, 'Invalid line containing "RecoverTimeout"'],
    [0, 8, 'Unknown tunable "Verbose MemoryNames"'],
  ]);
  deepStrictEqual(tunables.values, {
    ...defaultTunables,
    RecoverInterval: 16,
    ElectionTimeout: 8,
  });
});

Deno.test("tunables file: what stands before a syntax error counts, the rest does not", () => {
  const tunables = new Tunables();
  const messages = applyTunables(
    "RecoverTimeout=1\nRecoverTimeout=2\n=\nRecoverInterval=9",
    tunables,
  );
  deepStrictEqual(messages.map(({ line, text }) => [line, text]), [[3, "Syntax error: ="]]);
  strictEqual(tunables.values.RecoverTimeout, 2);
  strictEqual(tunables.values.RecoverInterval, 1);
});
