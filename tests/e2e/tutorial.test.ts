import assert from "node:assert/strict";
import { freeLoopbackAddresses } from "../../testing/cluster/loopback.ts";
import { runCommand } from "../../testing/process/command.ts";
import { documentSteps } from "../../testing/process/document.ts";

const root = new URL("../../", import.meta.url).pathname;
const MARK = "--- end of step ---";

/** Puts places of this test where the tutorial has its own, and back. */
class Places {
  readonly directory = Deno.makeTempDirSync({ prefix: "ctdb-tutorial-" });
  readonly #pairs: readonly (readonly [inText: string, here: string])[];

  constructor() {
    const [first, second] = freeLoopbackAddresses(2) as [string, string];
    this.#pairs = [
      ["npx -y deno@2.9.6", Deno.execPath()],
      ["127.10.0.$((n + 1))", `$([ $n = 0 ] && echo ${first} || echo ${second})`],
      ["127.10.0.1", first],
      ["127.10.0.2", second],
      ["/tmp/ctdb", `${this.directory}/ctdb`],
      ["/tmp/tutorial", `${this.directory}/tutorial`],
    ];
  }

  here(text: string): string {
    return this.#pairs.reduce((done, [inText, here]) => done.replaceAll(inText, here), text);
  }
}

/** What varies from run to run, and the width of addresses, is not compared. */
function comparable(text: string): string {
  return text.replace(/Generation:\d+/g, "Generation:N").replace(/ +/g, " ").trim();
}

Deno.test("the tutorial does what it says, typed as it stands there", async () => {
  const steps = documentSteps(await Deno.readTextFile(`${root}docs/tutorial.md`));
  assert.ok(steps.length >= 8, `${steps.length} steps`);
  const places = new Places();
  const script = steps.map(({ commands }) => `${places.here(commands)}\necho '${MARK}'`).join("\n");
  try {
    const shell = ["bash", "-e", "-c", script];
    const { exit, stdout: printed, stderr } = await runCommand(shell, {
      cwd: root,
      env: { NO_COLOR: "1" },
    });
    assert.equal(exit, 0, `${printed}\n${stderr}`);
    for (const [i, text] of printed.split(`${MARK}\n`).slice(0, -1).entries()) {
      const { output, line } = steps[i]!;
      if (output === undefined) continue;
      assert.equal(comparable(text), comparable(places.here(output)), `docs/tutorial.md:${line}`);
    }
  } finally {
    await endDaemons(places.directory);
    await Deno.remove(places.directory, { recursive: true });
  }
});

/** Those that a failure has left. */
async function endDaemons(directory: string): Promise<void> {
  for (const n of [0, 1]) {
    const path = `${directory}/tutorial/node.${n}/run/ctdbd.pid`;
    const pid = Number(await Deno.readTextFile(path).catch(() => "0"));
    try {
      if (pid > 1) Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}
