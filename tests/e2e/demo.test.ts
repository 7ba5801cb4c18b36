import assert from "node:assert/strict";
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
