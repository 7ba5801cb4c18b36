import assert from "node:assert/strict";
import { waitFor } from "../../../testing/process/wait.ts";
import { spawnCommand } from "../../../testing/process/command.ts";

const PROGRAM = new URL("run-crash-guard.ts", import.meta.url).pathname;

/** Runs a guarded process with an `ip` of ours first in PATH, which writes down what it is told. */
async function guarded(
  mode: "wait" | "end",
  act: (child: Deno.ChildProcess, told: () => string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-crash-guard-" });
  const log = `${directory}/told`;
  const ip = `#!/bin/sh\n{ echo "ip $*"; cat; } >>${log}\n`;
  await Deno.writeTextFile(`${directory}/ip`, ip, { mode: 0o755 });
  const command = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", PROGRAM, mode];
  const child = spawnCommand(command, {
    env: { PATH: `${directory}:${Deno.env.get("PATH")}` },
    stdout: "piped",
  });
  try {
    await child.stdout.getReader().read();
    await act(child, () => {
      try {
        return Deno.readTextFileSync(log);
      } catch {
        return "";
      }
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("addresses of a killed daemon are taken off, those that it has now, all at once", async () => {
  await guarded("wait", async (child, told) => {
    assert.equal(told(), "");
    child.kill("SIGKILL");
    await child.status;
    const once = [
      "ip -force -batch -",
      "addr del 10.0.0.2/24 dev eth0",
      "addr del fd00::3/24 dev eth0",
      "",
    ].join("\n");
    // A script that the daemon had started may put one back meanwhile.
    await waitFor("three times", () => told().length >= 3 * once.length);
    assert.equal(told(), once.repeat(3));
  });
});

Deno.test("a daemon that ends in good order leaves its addresses to its shutdown event", async () => {
  await guarded("end", async (child, told) => {
    // close() waits for the guard, so that whatever it does has been done by now.
    assert.ok((await child.status).success);
    assert.equal(told(), "");
  });
});
