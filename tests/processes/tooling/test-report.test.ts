import assert from "node:assert/strict";
import { showAndKeep } from "../../../tools/run.ts";
import { failureSummary, uncaughtErrors } from "../../../tools/test-failures.ts";
import { readReport } from "../../../tools/test-report.ts";
import { runCommand } from "../../../testing/process/command.ts";

const waitModule = new URL("../../../testing/process/wait.ts", import.meta.url).href;
const limitModule = new URL("../../../testing/test-limit.ts", import.meta.url).href;
const FILES = {
  "a.test.ts": `Deno.test("good", () => {});
Deno.test.ignore("skipped", () => {});
Deno.test("bad", () => { throw new Error("<skipped/> & it was 7"); });
Deno.test("with steps", async (t) => {
  await t.step("step", () => {});
  await t.step("bad step", () => { throw new Error("in a step"); });
});`,
  "hangs.test.ts": `import { waitFor } from "${waitModule}";
Deno.test("hangs", () => waitFor("the moon", () => false));
Deno.test("behind", () => {});`,
  "start.test.ts": `throw new Error("at the start");`,
};

Deno.test("test report: what this Deno writes, and how a test that hangs ends", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const { stdout, stderr } = await runCommand([
      ...[Deno.execPath(), "test", "-A", "--no-config", "--no-check", "--junit-path=junit.xml"],
      ...[`--preload=${limitModule}`, ...Object.keys(FILES)],
    ], { cwd: directory, env: { CTDB_TEST_LIMIT_S: "2" }, timeout_ms: 60_000 });
    const read = readReport(await Deno.readTextFile(`${directory}/junit.xml`));
    assert.deepEqual(read.skipped.map(({ name }) => name), ["skipped"]);
    assert.equal(read.passed, 2, stdout + stderr);
    assert.deepEqual(
      read.failures.map(({ name }) => name),
      ["bad", "with steps", "with steps > bad step", "hangs", "behind"],
    );
    const summary = failureSummary([...read.failures, ...uncaughtErrors(stdout)]);
    assert.match(summary, /^--- bad \(\.\/a\.test\.ts\):\n {2}Error: <skipped\/> & it was 7\n/m);
    assert.match(summary, /^--- with steps > bad step \(.*\):\n {2}Error: in a step\n/m);
    assert.match(
      summary,
      /^ {2}error: Error: a test did not end within 2 s: it waits for: the moon/m,
    );
    assert.match(summary, /^--- outside of its tests \(\.\/start\.test\.ts\):\n.*at the start\n/m);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("tasks: the end of what a command prints is kept, whoever holds its output", async () => {
  const script = "echo first; echo last >&2; sleep 100 & echo $!";
  const { success, output } = await showAndKeep(["sh", "-c", script], 20);
  assert.ok(success);
  assert.ok(output.length <= 20);
  assert.match(output, /last\n/);
  Deno.kill(Number(/^\d+$/m.exec(output)![0]), "SIGKILL");
});

Deno.test("tasks: a command that takes too long is ended, and what it printed is kept", async () => {
  const { success, output } = await showAndKeep(["sh", "-c", "echo here; exec sleep 100"], 100, {
    timeout_ms: 500,
  });
  assert.ok(!success);
  assert.equal(output, "here\n");
});
