import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };

async function runTask(...words: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...words],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const name of Object.keys(configuration.tasks)) {
  Deno.test(`deno task ${name} --help says how it is used, and does nothing else`, async () => {
    const { code, stdout, stderr } = await runTask(name, "--help");
    assert.match(stdout, new RegExp(`^Usage: deno task ${name}\\b`));
    assert.match(stdout, /^ {2}--help +show this$/m);
    assert.deepEqual([code, stderr], [0, ""]);
  });

  Deno.test(`deno task ${name}: an option that it has not is named, status 2`, async () => {
    const { code, stdout, stderr } = await runTask(name, "--no-such-option");
    assert.match(stderr, new RegExp(`^deno task ${name}: .*'--no-such-option'`));
    assert.match(stderr, /^Usage: /m);
    assert.deepEqual([code, stdout], [2, ""]);
  });
}
