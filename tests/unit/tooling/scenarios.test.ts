/** The language of scenarios, and what its player says. */
import assert from "node:assert/strict";
import { parseCommandLine } from "../../../testing/scenario/command-line.ts";
import {
  parseScenario,
  play,
  type StepResult,
  type World,
  writeScenario,
} from "../../../testing/scenario/mod.ts";
import { areExpected, resultLines } from "../../../testing/scenario/result-lines.ts";

const result = (stdout: string, stderr = "", exit = 0): StepResult => ({ stdout, stderr, exit });
const fits = (seen: StepResult, ...expected: string[]) => areExpected(resultLines(seen), expected);

Deno.test("scenario: a text is written as it was read", () => {
  const text =
    "# Prose\n\nwrite file\n< one\n<\n<  two \n1$ ctdb x\n  a <any>\n! b\nexit 3\n\n# rest\n";
  assert.equal(writeScenario(parseScenario(text)), text);
  assert.equal(parseScenario(text).steps[0]!.input, "one\n\n two \n");
});

Deno.test("scenario: what is expected of nothing is an error", () => {
  assert.throws(() => parseScenario("  4711\n"), /line 1 .* belongs to no step: +4711/);
  assert.throws(() => parseScenario("$ ctdb x\n\n  4711\n"), /line 3 .* belongs to no step/);
});

Deno.test("scenario: placeholders take what has their form, and nothing else", () => {
  assert.ok(fits(result("a 17\nb\n"), "  a <NUM>", "  b"));
  assert.ok(!fits(result("a x\nb\n"), "  a <NUM>", "  b"));
  assert.ok(fits(result("a\nb\nc\n"), "  ...", "  c"));
  assert.ok(!fits(result("a\nb\n", "c\n"), "  ...", "  c"));
  assert.ok(!fits(result("a\n"), "  <any>", "exit 1"));
  assert.ok(!fits(result("<dbname>\n"), "  <dbnames>"));
});

Deno.test("scenario: blanks, empty lines and a missing line end can be seen", () => {
  assert.deepEqual(resultLines(result("a \n\nb", "\n", -6)), [
    "  a<blank>",
    "  <empty>",
    "  b<no newline>",
    "! <empty>",
    "exit -6",
  ]);
  assert.ok(!fits(result("a"), "  a"));
});

Deno.test("scenario: a command line has a node, an environment, words and a filter", () => {
  assert.deepEqual(parseCommandLine("wait 2$ A=<WORK>/x B='' ctdb 'two words' '' a=b | records"), {
    node: 2,
    wait: true,
    env: { A: "<WORK>/x", B: "" },
    words: ["ctdb", "two words", "", "a=b"],
    filter: "records",
  });
  assert.equal(parseCommandLine("wait size 2"), undefined);
});

/** A world in which `echo` prints its words, and `fail` cannot be done. */
function worldOf(): World & { readonly done: string[] } {
  const done: string[] = [];
  return {
    done,
    places: { WORK: "/tmp/work-17" },
    run: ({ words }) => Promise.resolve(result(`${words.slice(1).join(" ")}\n`)),
    obey(word) {
      done.push(word);
      return word === "fail" ? Promise.reject(new Error("not possible")) : Promise.resolve();
    },
  };
}

const runStep = (_step: unknown, _index: number, work: () => Promise<void>) => work();

Deno.test("scenario: a failure shows the steps before it and what is otherwise", async () => {
  const scenario = parseScenario("before\n$ echo <WORK>/a x\n  <WORK>/a y\n$ echo b\n  b\n");
  await assert.rejects(
    play(scenario, worldOf(), { observe: runStep, write: false }),
    {
      message: "expected (-) and seen (+):\n  before\n  $ echo <WORK>/a x\n" +
        "-   <WORK>/a y\n+   <WORK>/a x",
    },
  );
});

Deno.test("scenario: written expectations keep the placeholders that still match", async () => {
  const text = "$ echo 17 a\n  <NUM> a\n$ echo 18 b\n  <NUM> a\n";
  const played = await play(parseScenario(text), worldOf(), { observe: runStep, write: true });
  assert.equal(writeScenario(played), "$ echo 17 a\n  <NUM> a\n$ echo 18 b\n  18 b\n");
});

Deno.test("scenario: what cannot be done ends it", async () => {
  const world = worldOf();
  const failures: unknown[] = [];
  const observe = (_step: unknown, _index: number, work: () => Promise<void>) =>
    work().catch((error) => void failures.push(error));
  const scenario = parseScenario("fail\nafter\n");
  await assert.rejects(play(scenario, world, { observe, write: true }), /it ends at "fail"/);
  assert.deepEqual(world.done, ["fail"]);
  assert.match(String(failures[0]), /not possible/);
});
