import assert from "node:assert/strict";
import { Cluster, installedUnder, waitFor } from "../../testing/cluster/cluster.ts";
import {
  ALL_PROGRAMS,
  BIN_PROGRAMS,
  INSTALLED_FLAGS,
  SBIN_PROGRAMS,
} from "../../tools/programs.ts";
import { checkDaemons } from "./support/daemon-process.ts";
import { command, task } from "./support/task.ts";

/** An installation that lives as long as a test. */
class Installation implements AsyncDisposable {
  readonly prefix: string;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.prefix = `${directory}/opt/ctdb`;
  }

  static async make(): Promise<Installation> {
    const installation = new Installation(await Deno.makeTempDir({ prefix: "ctdb-install-" }));
    await installation.install();
    return installation;
  }

  async install(): Promise<void> {
    const { exit, stderr } = await task("install", "--prefix", this.prefix);
    assert.equal(exit, 0, stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

Deno.test("install: every program is in its place, one executable under many names", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  const places = [["sbin", SBIN_PROGRAMS], ["bin", BIN_PROGRAMS]] as const;
  for (const [directory, names] of places) {
    for (const name of names) assert.ok(await isExecutable(`${prefix}/${directory}/${name}`), name);
  }
  const inodes = new Set<number | null>();
  for (const name of ALL_PROGRAMS) {
    inodes.add((await Deno.stat(`${prefix}/lib/ctdb-deno/bin/${name}`)).ino);
  }
  assert.equal(inodes.size, 1);
});

Deno.test("install: the programs know the directories of the installation", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  const path = `${prefix}/libexec/ctdb/ctdb-path`;
  const config = await command([path, "config"]);
  assert.equal(config.stdout, `${prefix}/etc/ctdb/ctdb.conf\n`);
  const socket = await command([path, "socket", "ctdbd"]);
  assert.equal(socket.stdout, `${prefix}/var/run/ctdb/ctdbd.socket\n`);
  const script = await command([
    "sh",
    "-c",
    '. "$0"; echo "$CTDB $CTDB_HELPER_BINDIR"',
    functions(prefix),
  ], {
    CTDB_BASE: `${prefix}/etc/ctdb`,
  });
  assert.equal(script.stdout, `${prefix}/bin/ctdb ${prefix}/libexec/ctdb\n`, script.stderr);
});

Deno.test("install: the programs run where the working directory was removed", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  const gone = await Deno.makeTempDir({ prefix: "ctdb-gone-" });
  const call = 'cd "$0" && rmdir "$0" && "$1" version';
  const { exit, stdout, stderr } = await command(["sh", "-c", call, gone, `${prefix}/bin/ctdb`]);
  assert.equal(exit, 0, stderr);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("install: the unit for systemd starts this installation", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  const unit = await Deno.readTextFile(`${prefix}/lib/systemd/system/ctdb.service`);
  assert.match(unit, new RegExp(`^ExecStart=${prefix}/sbin/ctdbd$`, "m"));
  assert.match(unit, new RegExp(`^ExecStop=${prefix}/bin/ctdb shutdown$`, "m"));
  assert.match(unit, new RegExp(`^PIDFile=${prefix}/var/run/ctdb/ctdbd.pid$`, "m"));
  assert.match(unit, new RegExp(`^ConditionFileNotEmpty=${prefix}/etc/ctdb/nodes$`, "m"));
});

Deno.test("install: a stock script is enabled, and its link leads to it", async () => {
  await using installation = await Installation.make();
  const link = `${installation.prefix}/etc/ctdb/events/legacy/00.ctdb.script`;
  const target = `${installation.prefix}/share/ctdb/events/legacy/00.ctdb.script`;
  assert.equal(await Deno.readLink(link), target);
  assert.ok(await isExecutable(target));
});

Deno.test("install: Pacemaker switches the scripts that it names, and no daemon runs", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  for (const name of ["00.ctdb", "10.interface", "11.routing", "49.winbind", "50.samba"]) {
    const link = `${prefix}/etc/ctdb/events/legacy/${name}.script`;
    for (const operation of ["enable", "disable", "enable"]) {
      const words = [`${prefix}/bin/ctdb`, "event", "script", operation, "legacy", name];
      const { exit, stdout, stderr } = await command(words);
      assert.equal(exit, 0, `${operation} ${name}: ${stdout}${stderr}`);
      const there = await Deno.lstat(link).then(() => true, () => false);
      assert.equal(there, operation === "enable", `${operation} ${name}`);
    }
  }
});

Deno.test("install: again, over an installation, keeps what an administrator changed", async () => {
  await using installation = await Installation.make();
  const etc = `${installation.prefix}/etc/ctdb`;
  await Deno.writeTextFile(`${etc}/script.options`, "CTDB_MANAGED=here\n");
  await Deno.writeTextFile(functions(installation.prefix), "exit 1\n");
  await Deno.remove(`${etc}/events/legacy/10.interface.script`);
  await installation.install();
  assert.equal(await Deno.readTextFile(`${etc}/script.options`), "CTDB_MANAGED=here\n");
  assert.notEqual(await Deno.readTextFile(functions(installation.prefix)), "exit 1\n");
  await assert.rejects(Deno.lstat(`${etc}/events/legacy/10.interface.script`));
});

Deno.test("install: with a destination directory nothing names it", async () => {
  const destdir = await Deno.makeTempDir({ prefix: "ctdb-destdir-" });
  try {
    const { exit, stdout } = await task("install", "--prefix", "/usr", "--destdir", destdir);
    assert.equal(exit, 0);
    assert.match(stdout, /^\/usr\/sbin\/ctdbd$/m);
    for (const directory of ["usr/bin", "usr/sbin", "usr/share/ctdb", "etc/ctdb"]) {
      const { stdout: found } = await command(["grep", "-rl", destdir, `${destdir}/${directory}`]);
      assert.equal(found, "");
    }
    assert.match(await Deno.readLink(`${destdir}/usr/sbin/ctdbd`), /^\/usr\/lib\/ctdb-deno\//);
  } finally {
    await Deno.remove(destdir, { recursive: true });
  }
});

Deno.test("install: without a prefix it explains itself", async () => {
  const { exit, stderr } = await task("install");
  assert.equal(exit, 2);
  assert.match(stderr, /--prefix: missing/);
});

Deno.test("install: the daemons of an installation are ctdbd for everybody", async () => {
  await using installation = await Installation.make();
  await checkDaemons(installedUnder(installation.prefix));
});

Deno.test("install: cluster managers find the daemon by the path of its program, and only it", async () => {
  await using installation = await Installation.make();
  const { prefix } = installation;
  const kind = installedUnder(prefix);
  // Not by a pattern in a command line, in which it would find itself.
  const found = async () => {
    const pids: number[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
      if (line.replaceAll("\0", " ").includes(`${prefix}/sbin/ctdbd`)) pids.push(Number(name));
    }
    return pids;
  };
  await using cluster = Cluster.prepare({ nodes: [kind] });
  const node = cluster.node(0);
  const started = await command([...kind.daemon], node.env);
  assert.equal(started.exit, 0, started.stderr);
  try {
    await cluster.until(
      "the node leads",
      async () => (await node.ctdb(["leader"])).stdout === "0\n",
    );
    const { stdout } = await node.ctdb(["getpid"]);
    const pid = Number(/\d+/.exec(stdout)![0]);
    assert.deepEqual(await found(), [pid]);
    // In the background it has what the launcher gives to one in the foreground.
    const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
    for (const flag of INSTALLED_FLAGS) assert.ok(words.includes(flag), flag);
  } finally {
    await node.ctdb(["shutdown"]);
  }
  await waitFor("the daemon has ended", async () => (await found()).length === 0);
});

Deno.test("install: the daemon goes on in the background, and ctdb shutdown ends it", async () => {
  await using installation = await Installation.make();
  const kind = installedUnder(installation.prefix);
  await using cluster = Cluster.prepare({ nodes: [kind] });
  const node = cluster.node(0);
  const started = await command(kind.daemon, node.env);
  assert.equal(started.exit, 0, started.stderr);
  const pidFile = `${node.base}/run/ctdbd.pid`;
  const pid = await waitFor("a pid file", async () => Number(await Deno.readTextFile(pidFile)));
  try {
    assert.equal((await Deno.readTextFile(`/proc/${pid}/comm`)).trim(), "ctdbd");
    await waitFor("the daemon is asked for its number", async () => {
      const { exit, stdout } = await node.ctdb(["pnn"]);
      return exit === 0 && stdout === "0\n";
    });
    assert.equal((await node.ctdb(["shutdown"])).exit, 0);
    await waitFor("the daemon has ended", () => !isAlive(pid));
  } finally {
    if (isAlive(pid)) Deno.kill(pid, "SIGKILL");
  }
});

function functions(prefix: string): string {
  return `${prefix}/etc/ctdb/functions`;
}

async function isExecutable(path: string): Promise<boolean> {
  const { isFile, mode } = await Deno.stat(path);
  return isFile && ((mode ?? 0) & 0o111) === 0o111;
}

/** Whether a process is there and is no zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
