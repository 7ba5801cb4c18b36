/** An installation below a prefix of its own, outside of test mode: every program finds every other. */
import assert from "node:assert/strict";
import { freeLoopbackAddresses } from "../../testing/cluster/loopback.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { Policy, threadsOf } from "../../testing/process/proc.ts";
import type { ProgramResult } from "../../testing/process/program-io.ts";
import { command, task } from "./support/task.ts";

/** A prefix with a blank in its name, installed and configured as a cluster of one node. */
class PrefixedNode implements AsyncDisposable {
  readonly prefix: string;
  readonly address: string;
  readonly #directory: string;

  private constructor(directory: string, address: string) {
    this.#directory = directory;
    this.prefix = `${directory}/opt ctdb`;
    this.address = address;
  }

  static async install(): Promise<PrefixedNode> {
    const directory = await Deno.makeTempDir({ prefix: "ctdb prefix " });
    const node = new PrefixedNode(directory, freeLoopbackAddresses(1)[0]!);
    const { exit, stderr } = await task("install", "--prefix", node.prefix);
    assert.equal(exit, 0, stderr);
    await node.#configure();
    return node;
  }

  async #configure(): Promise<void> {
    const etc = `${this.prefix}/etc/ctdb`;
    await Deno.writeTextFile(`${etc}/nodes`, `${this.address}\n`);
    const conf = `[cluster]\nnode address = ${this.address}\ncluster lock = ${this.prefix}/lock\n`;
    await Deno.writeTextFile(`${etc}/ctdb.conf`, conf);
    // The search path leads to another build's tool, and to a remote shell that needs no network.
    await Deno.mkdir(`${this.#directory}/bin`);
    for (
      const [name, text] of [
        ["ctdb", "echo another build >&2; exit 9"],
        ["ssh", '[ "$1" = -n ] && shift; shift; exec sh -c "$*"'],
      ]
    ) {
      const path = `${this.#directory}/bin/${name}`;
      await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`);
      await Deno.chmod(path, 0o755);
    }
  }

  /** Runs a program of the installation as somebody who has logged in. */
  run(program: string, ...args: string[]): Promise<ProgramResult> {
    const path = `PATH=${this.#directory}/bin:${Deno.env.get("PATH")}`;
    return command(["env", "-i", path, "HOME=/root", `${this.prefix}/${program}`, ...args]);
  }

  async good(program: string, ...args: string[]): Promise<string> {
    const { exit, stdout, stderr } = await this.run(program, ...args);
    assert.equal(exit, 0, `${program} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  /** What the unit for systemd says for a key. */
  unit(key: string): string {
    const text = Deno.readTextFileSync(`${this.prefix}/lib/systemd/system/ctdb.service`);
    return new RegExp(`^${key}=(.*)$`, "m").exec(text)![1]!;
  }

  get pid(): number | undefined {
    try {
      return Number(Deno.readTextFileSync(this.unit("PIDFile")));
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this;
    if (pid !== undefined) Deno.kill(pid, "SIGKILL");
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** The core has the priority that it has by default where the kernel permits it, or says so. */
async function checkPriority(node: PrefixedNode): Promise<void> {
  const log = await Deno.readTextFile(`${node.prefix}/var/log/log.ctdb`);
  const refused = log.includes("Realtime scheduling is not permitted");
  const permitted = (await command(["chrt", "--fifo", "1", "true"])).exit === 0;
  assert.equal(refused, !permitted, log);
  if (!permitted) return;
  for (const { name, policy, isCore } of threadsOf(node.pid!)) {
    assert.equal(policy === Policy.FIFO, isCore, name);
  }
}

Deno.test("installed below a prefix with a blank: daemon, tool, onnode, scripts and unit are one", async () => {
  await using node = await PrefixedNode.install();
  const { prefix, address } = node;
  assert.deepEqual(await node.run("sbin/ctdbd"), { exit: 0, stdout: "", stderr: "" });
  // The command line comes back when the daemon can be asked.
  assert.equal(await node.good("bin/ctdb", "pnn"), "0\n");
  await waitFor("the node is healthy", async () => {
    return (await node.run("bin/ctdb", "nodestatus")).exit === 0;
  });
  await checkPriority(node);
  assert.match(await node.good("bin/ctdb", "event", "script", "list", "legacy"), /^\* 00\.ctdb$/m);
  await node.good("bin/ctdb", "event", "script", "enable", "legacy", "31.clamd");
  const link = `${prefix}/etc/ctdb/events/legacy/31.clamd.script`;
  assert.equal(await Deno.readLink(link), `${prefix}/share/ctdb/events/legacy/31.clamd.script`);
  await node.good("bin/ctdb", "event", "script", "disable", "legacy", "31.clamd");
  assert.match(await node.good("bin/ctdb", "scriptstatus", "startup"), /^10\.interface +OK/m);
  await node.good("bin/ctdb", "event", "run", "20", "legacy", "ipreallocated");

  for (const nodes of ["all", "ok", "con", "any", "0"]) {
    assert.equal(await node.good("bin/onnode", "-q", nodes, "echo", "here"), "here\n", nodes);
  }
  assert.equal(await node.good("bin/ctdb", "listnodes"), `${address}\n`);

  for (const where of [[], ["--socket", `${prefix}/var/run/ctdb/ctdbd.socket`]]) {
    const { stdout, stderr } = await node.run("bin/ctdb", ...where, "doctor");
    assert.equal(stderr, "");
    assert.match(stdout, /^Checked: daemon, configuration, disks, nodes file, socket, /m);
    assert.doesNotMatch(stdout, /^(ERROR|WARNING)/m, stdout);
  }

  const { pid } = node;
  const stopped = await command(["sh", "-c", node.unit("ExecStop")]);
  assert.equal(stopped.exit, 0, stopped.stderr);
  await waitFor("the daemon has ended", () => node.pid === undefined);
  assert.ok(pid! > 0);
  const { exit, stderr } = await node.run("bin/ctdb", "pnn");
  assert.equal(exit, 1);
  assert.ok(stderr.includes(`(${prefix}/var/run/ctdb/ctdbd.socket)`), stderr);
  assert.match((await node.run("bin/ctdb", "doctor")).stdout, /No daemon runs on this node/);
});

Deno.test("ctdbd in the background ends with the daemon's status and says why it does not run", async (t) => {
  await using node = await PrefixedNode.install();
  const { prefix } = node;
  const log = `${prefix}/var/log/log.ctdb`;
  await t.step("an interface that is not there", async () => {
    const file = `${prefix}/etc/ctdb/public_addresses`;
    await Deno.writeTextFile(file, "10.66.0.1/24 nosuch0\n");
    const { exit, stderr } = await node.run("sbin/ctdbd");
    assert.equal(stderr, `ctdbd: ${file}:1: read public address, no such interface: nosuch0\n`);
    assert.equal(exit, 1);
    await Deno.remove(file);
    assert.deepEqual([...Deno.readDirSync(`${prefix}/var/run/ctdb`)].map(({ name }) => name), []);
  });
  await t.step("an event script that fails at init", async () => {
    const script = `${prefix}/etc/ctdb/events/legacy/50.fails.script`;
    await Deno.writeTextFile(script, '#!/bin/sh\n[ "$1" != init ]\n', { mode: 0o755 });
    const { exit, stderr } = await node.run("sbin/ctdbd");
    assert.equal(stderr, `ctdbd: the daemon did not start, status 1: see file:${log}\n`);
    assert.equal(exit, 1);
    await Deno.remove(script);
  });
  await t.step("a daemon that runs already", async () => {
    await node.good("sbin/ctdbd");
    const { exit, stderr } = await node.run("sbin/ctdbd");
    assert.match(stderr, /^ctdbd: Create pid file: .*: a daemon runs, pid \d+\n$/);
    assert.equal(exit, 11);
    await node.good("bin/ctdb", "shutdown");
    await waitFor("the daemon has ended", () => node.pid === undefined);
  });
});

Deno.test("install: a prefix that no shell would take is refused", async () => {
  const { exit, stderr } = await task("install", "--prefix", '/opt/a"b');
  assert.equal(exit, 2);
  assert.match(stderr, /--prefix: \/opt\/a"b: a path without/);
});
