import assert from "node:assert/strict";
import { readReport } from "../../../tools/test-report.ts";
import { runCommand } from "../../../testing/process/command.ts";

Deno.test("test report: what this Deno writes", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/a.test.ts`,
      `Deno.test("good", () => {});
Deno.test.ignore("skipped", () => {});
Deno.test("bad", () => { throw new Error("<skipped/>"); });
Deno.test("with steps", async (t) => { await t.step("step", () => {}); });`,
    );
    await runCommand([
      ...[Deno.execPath(), "test", "--no-config", "--no-check", "--junit-path=junit.xml"],
      "a.test.ts",
    ], { cwd: directory });
    const read = readReport(await Deno.readTextFile(`${directory}/junit.xml`));
    assert.equal(read.failed, 1);
    assert.deepEqual(read.skipped.map(({ name }) => name), ["skipped"]);
    assert.ok(read.passed >= 2, `passed ${read.passed}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
