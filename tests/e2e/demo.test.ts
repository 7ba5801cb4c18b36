import assert from "node:assert/strict";
import { RunningProgram } from "../../testing/process/running-program.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { command, task } from "./support/task.ts";

Deno.test("demo: everything it checks is right, and nothing is left of it", async () => {
  const { stdout, stderr, exit } = await task("demo", "--nodes", "2");
  assert.equal(exit, 0, stdout + stderr);
  assert.doesNotMatch(stdout, /WRONG/);
  assert.match(stdout, /record migrations +\d+ per second/);
  assert.match(stdout, /recovery after the kill +\d+\.\d s/);
  assert.match(stdout, /Everything was right\.\n$/);
});

Deno.test("demo: a kept cluster can be talked to, and ended", async () => {
  const { stdout, stderr, exit } = await task("demo", "--keep");
  assert.equal(exit, 0, stdout + stderr);
  const directory = /still up, in (\S+)\. /.exec(stdout)?.[1];
  assert.ok(directory !== undefined, stdout);
  const status = await command([`${directory}/ctdb`, "2", "pnn"]);
  assert.equal(status.stdout, "2\n", status.stderr);
  const stopped = await command([`${directory}/stop`]);
  assert.equal(stopped.exit, 0, stopped.stderr);
  await assert.rejects(Deno.stat(directory), Deno.errors.NotFound);
});

Deno.test("demo: options that make no sense are explained", async () => {
  const { stderr, exit } = await task("demo", "--nodes", "one");
  assert.equal(exit, 2);
  assert.match(stderr, /--nodes N/);
});

Deno.test("demo: in a browser, with a hand on the nodes", async () => {
  const deno = Deno.execPath();
  const args = ["run", "--quiet", "--no-check", "-A", "tools/demo.ts", "--web", "--nodes", "2"];
  const root = new URL("../../", import.meta.url).pathname;
  await using demo = new RunningProgram([deno, ...args], { cwd: root });
  const text = await demo.stdout(/http:\S+#once=[0-9a-f]{64}\n/);
  const [, origin, once] = /(http:\/\/\S+?)\/#once=(\S+)/.exec(text)!;
  const opened = await fetch(`${origin}/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${once}` },
  });
  const { token } = await opened.json() as { token: string };
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return await (await fetch(`${origin}${path}`, { headers })).text();
  };
  assert.match(await ask("/"), /<title>CTDB cluster<\/title>/);
  const well = async () => /"well":true/.test(await ask("/v1/cluster"));
  await waitFor("both nodes are ok", well, { timeout_ms: 30_000 });
  const writer = demo.child.stdin.getWriter();
  const type = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  await type("kill 1");
  const lost = async () => /"link-down"/.test(await ask("/v1/events"));
  await waitFor("the loss shows", lost, { timeout_ms: 30_000 });
  await type("quit");
  assert.equal(await demo.exit(), 0);
  await writer.close().catch(() => {});
});
