import assert from "node:assert/strict";
import { functionLength, parameterCount } from "../../../tools/style/functions.ts";
import { judge } from "../../../tools/style/mod.ts";
import { isLimitName, limits } from "../../../tools/style/limits.ts";
import { complaintAbout, exportedTwice, units } from "../../../tools/style/names.ts";
import type { Rule } from "../../../tools/style/rule.ts";
import { parseModule } from "../../../tools/style/source.ts";
import { circlesOf, handed, loneInterfaces } from "../../../tools/style/structure.ts";

/** What a rule finds in modules that are given by path and text. */
function found(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  const modules = Object.entries(files).map(([path, text]) => parseModule(path, text));
  return rule.find({ modules, graph: new Map() }).map(({ key, amount }) => `${key} ${amount}`);
}

Deno.test("style: a function that is longer than a screen, wherever it stands", () => {
  const body = (lines: number) => `{\n${"x();\n".repeat(lines - 2)}}`;
  const text = (lines: number) =>
    `function f() ${body(lines)}\nclass C {\n  m() ${body(lines)}\n}\nconst a = () => ${
      body(lines)
    };`;
  assert.deepEqual(found(functionLength, { "lib/a.ts": text(50) }), []);
  assert.deepEqual(found(functionLength, { "lib/a.ts": text(51) }), [
    "lib/a.ts f 51",
    "lib/a.ts C.m 51",
    "lib/a.ts a 51",
  ]);
});

Deno.test("style: more than four parameters", () => {
  const text =
    "function f(a, b, c, d) {}\nclass C { #g(a, b, c, d, e) {} }\nh((a, b, c, d, e) => 1);";
  assert.deepEqual(found(parameterCount, { "lib/a.ts": text }), ["lib/a.ts C.g 5"]);
});

Deno.test("style: numbers that are times have a unit, last in the name", () => {
  for (
    const name of ["timeout", "retryDelay", "LOCK_TIMEOUT", "waitMs", "timeSecs", "max_ms_wait"]
  ) {
    assert.notEqual(complaintAbout(name), undefined, name);
  }
  for (
    const name of [
      "timeout_ms",
      "LOCK_TIMEOUT_MS",
      "age_s",
      "queuedBytes",
      "TICKS_PER_INTERVAL",
      "TCP_NODELAY",
    ]
  ) {
    assert.equal(complaintAbout(name), undefined, name);
  }
  const text =
    "const delay = 5; const timeout = f(); interface I { deadline: number; pause: Timer }";
  assert.deepEqual(found(units, { "lib/a.ts": text }), ["lib/a.ts delay 1", "lib/a.ts deadline 1"]);
});

Deno.test("style: one exported name in two modules, but for what they pass on", () => {
  const files = {
    "lib/a.ts": "export const one = 1, two = 2;",
    "lib/b.ts": "export function two() {} export class Three {}",
    "lib/mod.ts": 'export { one } from "./a.ts";',
    "tests/c.ts": "export class Three {}",
  };
  assert.deepEqual(found(exportedTwice, files), ["two 2"]);
});

Deno.test("style: circles of modules", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a", "d"]], ["d", []], ["e", ["e"]]]);
  assert.deepEqual(circlesOf(graph), [["a", "b", "c"]]);
});

Deno.test("style: what a class is handed, exported although nobody else names it", () => {
  const files = {
    "lib/a.ts": "export interface APorts {}\nexport class A { constructor(ports: APorts) {} }",
    "lib/b.ts": "interface Ports {}\nexport class B { constructor(ports: Ports) {} }",
    "lib/c.ts": "export interface CParts {}\nexport interface DParts {}\nexport interface Shape {}",
    "lib/d.ts": "interface Ports extends DParts {}\nfunction f(parts: CParts) {}",
  };
  assert.deepEqual(found(handed, files), ["lib/a.ts APorts 1"]);
});

Deno.test("style: an interface for one class that nobody else names", () => {
  const files = {
    "lib/i.ts": "export interface Lone {}\nexport interface Used {}\nexport interface Two {}",
    "lib/a.ts": "class A implements Lone {}\nclass B implements Used {}\nclass C implements Two {}",
    "lib/b.ts": "let x: Used;",
    "tests/c.ts": "class D implements Two {}",
  };
  assert.deepEqual(found(loneInterfaces, files), ["lib/i.ts Lone 1"]);
});

Deno.test("style: exceptions are for so much and no more, and go when they are mended", () => {
  const finding = (amount: number) => [{ key: "a f", amount, text: `f: ${amount}` }];
  assert.deepEqual(judge("r", finding(5), { "a f": 5 }), { broken: [], mended: [] });
  assert.deepEqual(judge("r", finding(6), { "a f": 5 }).broken, ["r: f: 6"]);
  assert.deepEqual(judge("r", finding(6), {}).broken, ["r: f: 6"]);
  assert.match(judge("r", finding(4), { "a f": 5 }).mended[0]!, /5 in .*, 4 now/);
  assert.match(judge("r", [], { "a f": 5 }).mended[0]!, /5 in .*, 0 now/);
});

Deno.test("style: limits stand in lib/limits, with what happens beyond them", () => {
  for (
    const name of ["MAX_QUEUED", "maxHeld_bytes", "SLICE", "UNIX_BACKLOG", "PUSH_WINDOW_BYTES"]
  ) {
    assert.ok(isLimitName(name), name);
  }
  for (const name of ["U64_MAX", "OUR_WINDOW", "RETRY_MS", "mostly", "maximum"]) {
    assert.ok(!isLimitName(name), name);
  }
  const whole = "/**\n * Frames that wait.\n *\n * Beyond it: they are lost.\n */\n";
  const files = {
    "lib/a.ts": "const MAX_A = 4 * 1024; const SIZE = 3; export const MAX_TEXT = g();",
    "lib/b.ts": "const SLICE = { records: 5 };",
    "lib/limits/c.ts": `${whole}export const MAX_FRAMES = 5;\nexport const MAX_C = 6;\n` +
      "/** Of something. */\nexport const MAX_D = 7;\n" + `${whole}export const SIZE = 3;`,
    "tests/d.ts": "const MAX_WAIT_MS = 5;",
  };
  assert.deepEqual(found(limits, files), [
    "lib/a.ts MAX_A 1",
    "lib/b.ts SLICE 1",
    "lib/limits/c.ts MAX_C 1",
    "lib/limits/c.ts MAX_D 1",
    "lib/limits/c.ts SIZE 1",
  ]);
});
