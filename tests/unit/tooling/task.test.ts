import assert from "node:assert/strict";
import { dependentsOf } from "../../../tools/module-graph.ts";
import { packagesFor } from "../../../tools/system-packages.ts";
import { numberOption, readTaskLine, UsageError, usageOf } from "../../../tools/task.ts";

const LINE = {
  name: "try",
  about: "Tries.",
  operands: "[PATH...]",
  options: {
    count: { type: "string", value: "N", default: "3", help: "how often" },
    where: { type: "string", help: "the place" },
    loud: { type: "boolean", help: "with noise" },
  },
} as const;

Deno.test("task: the help has all options with their values and defaults", () => {
  assert.equal(
    usageOf(LINE),
    `Usage: deno task try [--count N] [--where TEXT] [--loud] [PATH...]

Tries.

  --count N     how often (default 3)
  --where TEXT  the place
  --loud        with noise
  --help        show this`,
  );
});

Deno.test("task: what is given, and what is there without", () => {
  const { values, operands, help } = readTaskLine(LINE, ["--loud", "a", "--count=5"]);
  assert.deepEqual({ ...values }, { count: "5", loud: true, help: false });
  assert.deepEqual([operands, help], [["a"], false]);
  assert.equal(readTaskLine(LINE, []).values.count, "3");
  assert.equal(readTaskLine(LINE, ["--help"]).help, true);
});

Deno.test("task: what it does not take is an error of usage", () => {
  for (const args of [["--nosuch"], ["--where"], ["--loud=x"]]) {
    assert.throws(() => readTaskLine(LINE, args), UsageError, args.join(" "));
  }
  const { operands: _, ...noOperands } = LINE;
  assert.throws(() => readTaskLine(noOperands, ["a"]), UsageError);
});

Deno.test("task: numbers", () => {
  assert.equal(numberOption("n", "2.5", 1), 2.5);
  for (const text of ["", " ", "x", "0.5", "NaN"]) {
    assert.throws(() => numberOption("n", text, 1), UsageError, text);
  }
});

Deno.test("changed files: whoever reaches them by imports, in circles too", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]], ["d", ["a"]], ["e", []]]);
  assert.deepEqual([...dependentsOf(graph, ["c"])].sort(), ["a", "b", "c", "d"]);
  assert.deepEqual([...dependentsOf(graph, ["e"])], ["e"]);
  assert.deepEqual([...dependentsOf(graph, ["gone"])], ["gone"]);
});

Deno.test("packages: what the tests of a folder need, and nothing else", () => {
  const names = (...paths: string[]) => packagesFor(paths).map(({ name }) => name);
  assert.deepEqual(names("tests/unit/wire"), ["libtdb1"]);
  assert.deepEqual(names("tests/unit", "tests/sim"), ["libtdb1"]);
  assert.ok(names("tests/events/nfs.test.ts").includes("rpcbind"));
  assert.ok(!names("tests/cluster").includes("apache2"));
  // A part of a folder is in it, and a folder has its parts.
  assert.ok(names("tests/processes").includes("tcpdump"));
  assert.ok(!names("tests/processes/tdb").includes("tcpdump"));
  // A name that only begins the same is another folder.
  assert.ok(!names("tests/processes/tdbx").includes("tdb-tools"));
});
