import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };
import { runCommand } from "../../testing/process/command.ts";

async function runTask(...words: string[]) {
  return await runCommand([Deno.execPath(), "task", "--quiet", ...words], {
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  });
}

for (const name of Object.keys(configuration.tasks)) {
  Deno.test(`deno task ${name} --help says how it is used, and does nothing else`, async () => {
    const { exit, stdout, stderr } = await runTask(name, "--help");
    assert.match(stdout, new RegExp(`^Usage: deno task ${name}\\b`));
    assert.match(stdout, /^ {2}--help +show this$/m);
    assert.deepEqual([exit, stderr], [0, ""]);
  });

  Deno.test(`deno task ${name}: an option that it has not is named, status 2`, async () => {
    const { exit, stdout, stderr } = await runTask(name, "--no-such-option");
    assert.match(stderr, new RegExp(`^deno task ${name}: .*'--no-such-option'`));
    assert.match(stderr, /^Usage: /m);
    assert.deepEqual([exit, stdout], [2, ""]);
  });
}
