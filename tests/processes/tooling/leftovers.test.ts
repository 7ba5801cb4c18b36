import assert from "node:assert/strict";
import { runCommand, spawnCommand } from "../../../testing/process/command.ts";
import { killLeftovers } from "../../../testing/process/process-tree.ts";
import { waitFor } from "../../../testing/process/wait.ts";

Deno.test("what a killed daemon leaves behind is found by its environment, and ends", async () => {
  const variable = `LEFTOVERS_TEST=${crypto.randomUUID()}`;
  const script = `env ${variable} sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'`;
  const { stdout } = await runCommand(["/bin/sh", "-c", script]);
  const orphan = Number(stdout);
  await waitFor("its parent is gone", () => !isParentRunning(orphan));
  assert.deepEqual(killLeftovers([], "LEFTOVERS_TEST=another"), []);
  assert.deepEqual(killLeftovers([], variable), [orphan]);
  await waitFor("it has ended", () => !isRunning(orphan));
});

Deno.test("a child of the test is nobody's leftover", async () => {
  const variable = `LEFTOVERS_TEST=${crypto.randomUUID()}`;
  const [name, value] = variable.split("=") as [string, string];
  await using child = spawnCommand(["sleep", "1000"], { env: { [name]: value } });
  assert.deepEqual(killLeftovers([], variable), []);
  child.kill("SIGKILL");
});

function isParentRunning(pid: number): boolean {
  const parent = /^PPid:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]!;
  return Deno.readTextFileSync(`/proc/${parent}/comm`).trim() === "sh";
}

/** A zombie does not. */
function isRunning(pid: number): boolean {
  try {
    Deno.readLinkSync(`/proc/${pid}/exe`);
    return true;
  } catch {
    return false;
  }
}
