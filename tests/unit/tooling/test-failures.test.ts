import assert from "node:assert/strict";
import { failureSummary, shortenFailure, uncaughtErrors } from "../../../tools/test-failures.ts";

const STACK = "    at file:///x/a.test.ts:3:36\n    at innerWrapped (ext:cli/40_test.js:300:11)\n";
const lines = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join("");

Deno.test("test failures: a short one is told whole, without colours", () => {
  assert.equal(shortenFailure("\x1b[31mError\x1b[0m: 1 !== 2", 100), "Error: 1 !== 2");
});

Deno.test("test failures: of a long one the message, the end of each log and the stack stay", () => {
  const logs = [0, 1, 2].map((pnn) => `--- log of node ${pnn} (ours):\n${lines(`log${pnn}`, 500)}`);
  const text = `Error: waited in vain: nodes 0 1 2 are healthy\n${logs.join("")}${STACK}`;
  const short = shortenFailure(text, 2000);
  assert.ok(short.length <= 2000, `${short.length} characters`);
  assert.match(short, /^Error: waited in vain: nodes 0 1 2 are healthy\n/);
  for (const pnn of [0, 1, 2]) {
    assert.match(short, new RegExp(`--- log of node ${pnn} \\(ours\\):\n\\[\\.\\.\\.\\]`));
    assert.match(short, new RegExp(`^log${pnn} 499$`, "m"));
  }
  assert.ok(short.includes("at file:///x/a.test.ts:3:36\n"));
});

Deno.test("test failures: of a long difference the beginning and the end stay", () => {
  const short = shortenFailure(`Error: not equal\n${lines("+ line", 900)}${STACK}`, 1000);
  assert.ok(short.length <= 1000);
  assert.match(short, /^Error: not equal\n[^]*\[\.\.\.\][^]*\+ line 899\n {4}at /);
});

Deno.test("test failures: all are named, those that another one tells of without a text", () => {
  const summary = failureSummary([
    { name: "parent", file: "./a.test.ts", text: "1 test step failed." },
    { name: "parent > step", file: "./a.test.ts", text: "Error: why" },
    { name: "behind", file: "./b.test.ts", text: "Cancelled" },
  ]);
  assert.equal(
    summary,
    `
Failures:
--- parent > step (./a.test.ts):
  Error: why

Failed:
  parent (./a.test.ts)
  parent > step (./a.test.ts)
  behind (./b.test.ts)`,
  );
  assert.equal(failureSummary([]), "");
});

Deno.test("test failures: however many there are, the end of the output stays short", () => {
  const many = Array.from({ length: 500 }, (_, index) => ({
    name: `test ${index}`,
    file: "./a.test.ts",
    text: `Error: ${index}\n${lines("more", 5000)}`,
  }));
  const summary = failureSummary(many);
  assert.ok(summary.length < 40_000, `${summary.length} characters`);
  assert.match(summary, /\n {2}and 440 more$/);
});

Deno.test("test failures: what ended a file outside of its tests is found in what was printed", () => {
  const output = `ok
\x1b[31m ERRORS \x1b[0m

./c.test.ts \x1b[90m(uncaught error)\x1b[0m
\x1b[31merror\x1b[0m: (in promise) Error: at load
    at file:///c.test.ts:1:7
This error was not caught from a test and caused the test runner to fail.

 FAILURES 

./c.test.ts (uncaught error)
`;
  assert.deepEqual(uncaughtErrors(output), [{
    name: "outside of its tests",
    file: "./c.test.ts",
    text: "error: (in promise) Error: at load\n    at file:///c.test.ts:1:7",
  }]);
  assert.deepEqual(uncaughtErrors("all is well"), []);
});
