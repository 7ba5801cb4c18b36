import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { ALL_PROGRAMS } from "../../tools/programs.ts";
import { commandsOf } from "../../tools/manual/help.ts";
import { buildPackage, type BuiltPackage, packageTools } from "./support/package.ts";
import { command } from "./support/task.ts";

Deno.test({
  name: "package: what deno task deb builds is whole and keeps to Debian's rules",
  ignore: !packageTools.canBuild(),
  async fn(t) {
    await using built = await buildPackage();
    await t.step("it takes the place of Debian's ctdb", async () => {
      for (const field of ["Conflicts", "Replaces"]) {
        assert.equal(await fieldOf(built, field), "ctdb\n");
      }
      assert.match(await fieldOf(built, "Provides"), /^ctdb \(= 2:\d+\.\d+\.\d+\)$/m);
    });
    await t.step("every program has a page in the manual", () => pagesAreWhole(built));
    await t.step("the page of ctdb has every command", () => commandsAreExplained(built));
    await t.step("shells can read the completions", async () => {
      const file = `${built.tree}/usr/share/bash-completion/completions/ctdb`;
      assert.equal((await command(["bash", "-n", file])).stderr, "");
    });
    await t.step({
      name: "systemd has nothing to say about the unit",
      ignore: !packageTools.has("systemd-analyze"),
      fn: () => unitIsRight(built),
    });
    await t.step({
      name: "lintian finds no error",
      ignore: !packageTools.has("lintian"),
      async fn() {
        const path = await built.withoutRuntime();
        const { exit, stdout } = await command(["lintian", "--fail-on", "error", path]);
        assert.equal(exit, 0, stdout);
      },
    });
    await t.step({
      name: "it is installed, upgraded, removed, purged, and leaves configuration alone",
      ignore: !packageTools.canInstall(),
      fn: () => livesThrough(built),
    });
    await t.step({
      name: "systemd starts, stops, loses and restarts its service",
      ignore: !packageTools.canBoot(),
      fn: () => servesUnderSystemd(built),
    });
  },
});

async function fieldOf({ path }: BuiltPackage, field: string): Promise<string> {
  return (await command(["dpkg-deb", "--field", path, field])).stdout;
}

async function pagesAreWhole({ tree }: BuiltPackage): Promise<void> {
  for (const name of ALL_PROGRAMS) {
    const page = `${tree}/usr/share/man/man1/${name}.1.gz`;
    const { exit, stderr } = await command(["man", "--warnings", "--local-file", page]);
    assert.equal(exit, 0, name);
    assert.equal(stderr, "", name);
  }
}

async function commandsAreExplained({ tree }: BuiltPackage): Promise<void> {
  const page = await Deno.readFile(`${tree}/usr/share/man/man1/ctdb.1.gz`);
  const text = new TextDecoder().decode(gunzipSync(page));
  const commands = await commandsOf("ctdb");
  assert.ok(commands.length > 60, String(commands.length));
  for (const name of commands) {
    assert.ok(text.includes(`.SS ${name}\n.nf\nUsage: ctdb ${name.replaceAll("-", "\\-")}`), name);
  }
}

async function unitIsRight({ tree }: BuiltPackage): Promise<void> {
  const unit = `${tree}/lib/systemd/system/ctdb.service`;
  // The programs that it names are not on this machine, and here no launcher leads to them.
  const text = await Deno.readTextFile(unit);
  const here = text.replaceAll(/=\/usr\/s?bin\//g, `=${tree}/usr/lib/ctdb-deno/bin/`);
  await Deno.writeTextFile(unit, here);
  const { exit, stdout, stderr } = await command(["systemd-analyze", "verify", "--man=no", unit]);
  assert.deepEqual({ exit, stdout, stderr }, { exit: 0, stdout: "", stderr: "" });
}

async function livesThrough(built: BuiltPackage): Promise<void> {
  const newer = await built.newer();
  const { exit, stdout, stderr } = await packageTools.lifecycle(built.path, newer);
  assert.equal(exit, 0, stdout + stderr);
  assert.doesNotMatch(stdout, /^FAIL/m);
  assert.ok(stdout.match(/^PASS/gm)!.length >= 20, stdout);
}

async function servesUnderSystemd(built: BuiltPackage): Promise<void> {
  const newer = await built.newer();
  const { exit, stdout, stderr } = await packageTools.unit(built.path, newer);
  assert.equal(exit, 0, stdout + stderr);
  assert.doesNotMatch(stdout, /^FAIL/m);
  assert.ok(stdout.match(/^PASS/gm)!.length >= 20, stdout);
}
