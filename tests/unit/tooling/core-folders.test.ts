import assert from "node:assert/strict";
import { CORE_FOLDERS, forbiddenIn } from "../../../tools/core-folders.ts";

for (
  const [what, source, line, word] of [
    ["a promise", "let a: Promise<void>;", 1, "Promise"],
    ["an async function", "x\n\nasync function f() {}", 3, "async"],
    ["a timer that is not the clock's", "\nsetTimeout(f, 1);", 2, "setTimeout"],
    ["Deno", "const t = Deno.readTextFile;", 1, "Deno.readTextFile"],
    ["a module of Node", 'import { x } from "node:fs";', 1, '"node:fs"'],
    ["what is inserted into a text", "log(`ok ${await f()}`);", 1, "await"],
  ] as const
) {
  Deno.test(`core folders: ${what} is found`, () => {
    assert.deepEqual(forbiddenIn(source), [{ line, word }]);
  });
}

Deno.test("core folders: comments and texts may speak of anything", () => {
  const source = [
    "/** No Promise, no async: Deno.serve. */",
    "// setTimeout is not used",
    'const a = "node 1: await";',
    "const b = `Deno.cwd ${a}`;",
  ].join("\n");
  assert.deepEqual(forbiddenIn(source), []);
});

Deno.test("core folders: recovery, membership and takeover are among them", () => {
  for (const folder of ["lib/recovery", "lib/membership", "lib/failover/takeover"]) {
    assert.ok(CORE_FOLDERS.includes(folder));
  }
});
