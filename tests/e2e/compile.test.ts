import assert from "node:assert/strict";
import { checkDaemons } from "./support/daemon-process.ts";
import { command, task } from "./support/task.ts";

Deno.test("compile: one file that is every program, and a daemon named ctdbd", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-compile-test-" });
  const file = `${directory}/ctdbd`;
  const env = { CTDB_UNPACK_DIR: `${directory}/unpacked` };
  try {
    // What a machine without the network gets, whether this one has it or not.
    const { exit, stderr } = await task("compile", "--self-extracting", "--output", file);
    assert.equal(exit, 0, stderr);

    await t.step("called for the first time by many at once, it unpacks itself once", async () => {
      const calls = Array.from({ length: 4 }, () => command([file, "ctdb-path", "config"], env));
      for (const { stdout } of await Promise.all(calls)) {
        assert.equal(stdout, "/etc/ctdb/ctdb.conf\n");
      }
      const unpacked = await Array.fromAsync(Deno.readDir(env.CTDB_UNPACK_DIR));
      assert.equal(unpacked.length, 1);
    });

    await t.step("a link names the program", async () => {
      await Deno.symlink("ctdbd", `${directory}/onnode`);
      const { stderr } = await command([`${directory}/onnode`, "-h"], env);
      assert.match(stderr, /Usage: \S*onnode/);
    });

    await t.step("its exit status is that of the program", async () => {
      const { exit: status } = await command([file, "ctdb-path", "nonsense"], env);
      assert.notEqual(status, 0);
    });

    await t.step("the daemons are ctdbd for everybody", async () => {
      await Deno.symlink("ctdbd", `${directory}/ctdb`);
      await checkDaemons({ name: "one file", daemon: [file], tool: [`${directory}/ctdb`] }, env);
    });

    await t.step("compiled again, it replaces the file", async () => {
      const again = await task("compile", "--self-extracting", "--output", file);
      assert.equal(again.exit, 0, again.stderr);
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
