import { main as ctdb } from "../../../../cli/ctdb.ts";
import { type ProgramResult, runProgram } from "../../../../testing/process/program-io.ts";
import { binaryCommand } from "../../../../testing/process/run-binary.ts";

/** Whose daemon runs the nodes. */
export type DaemonKind = "c" | "ours";

const C_DAEMON = "/usr/sbin/ctdbd";
const NODES = [0, 1, 2];
const READY_MS = 60_000;
const POLL_MS = 200;

/** Why no cluster of a kind can be started here; `undefined` when one can. */
export function whyNoCluster(kind: DaemonKind): string | undefined {
  if (Deno.uid() !== 0) return "only root may make network namespaces";
  const program = kind === "c" ? C_DAEMON : new URL("../../../../cli/ctdbd.ts", import.meta.url);
  try {
    Deno.statSync(program);
    return undefined;
  } catch {
    return `no daemon: ${program}`;
  }
}

/**
 * Three nodes in a network namespace of their own, set up as for the captured runs: 127.0.0.1 to
 * 127.0.0.3, public addresses on nodes 0 and 2, one event script that prints its arguments.
 */
export class LiveCluster implements AsyncDisposable {
  readonly base: string;
  readonly #namespace: string;
  readonly #kind: DaemonKind;
  readonly #deferred: (() => void)[] = [];
  readonly #daemons = new Map<number, Deno.ChildProcess>();

  private constructor(kind: DaemonKind, base: string) {
    this.#kind = kind;
    this.base = base;
    this.#namespace = `ctdbcli${Deno.pid}`;
  }

  /** Starts the nodes and waits until all of them are well. */
  static async start(kind: DaemonKind): Promise<LiveCluster> {
    const cluster = new LiveCluster(kind, await Deno.makeTempDir({ prefix: "ctdb-cli-" }));
    try {
      await run("ip", "netns", "add", cluster.#namespace);
      await run("ip", "-n", cluster.#namespace, "link", "set", "lo", "up");
      await Deno.mkdir(`${cluster.base}/shared/.ctdb`, { recursive: true });
      for (const node of NODES) await cluster.#writeNode(node);
      await cluster.#startAll();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** The environment of a tool that belongs to a node. */
  env(node: number): Record<string, string> {
    return { CTDB_TEST_MODE: "yes", CTDB_BASE: this.directory(node) };
  }

  directory(node: number): string {
    return `${this.base}/node.${node}`;
  }

  /** A command that runs another one in the network of the cluster. */
  get under(): readonly string[] {
    return ["ip", "netns", "exec", this.#namespace];
  }

  /** Runs the tool on a node. */
  ctdb(node: number, ...args: string[]): Promise<ProgramResult> {
    return runProgram(ctdb, args, { program: "ctdb", env: this.env(node) });
  }

  /** Does something when the cluster ends. */
  defer(work: () => void): void {
    this.#deferred.push(work);
  }

  startNode(node: number): void {
    const command = this.#kind === "c" ? [C_DAEMON] : [...binaryCommand, "ctdbd"];
    const logged = ["/bin/sh", "-c", 'exec "$@" >>"$0" 2>&1', this.#logFile(node)];
    const [file, ...args] = [...this.under, ...logged, ...command, "--interactive"];
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    const env = this.env(node);
    this.#daemons.set(node, new Deno.Command(file!, { args, env, ...streams }).spawn());
  }

  /** Ends all daemons and starts them again without the databases of some kinds. */
  async restart(leader = 0, forgotten: readonly string[] = ["volatile"]): Promise<void> {
    await Promise.all(NODES.map((node) => this.stopNode(node)));
    for (const node of NODES) {
      for (const kind of forgotten) {
        await Deno.remove(`${this.directory(node)}/db/${kind}`, { recursive: true });
        await Deno.mkdir(`${this.directory(node)}/db/${kind}`);
      }
    }
    await this.#startAll(leader);
  }

  /** The node that shall lead must have the cluster lock before the others want it. */
  async #startAll(leader = 0): Promise<void> {
    this.startNode(leader);
    await this.waitFor(`node ${leader} to lead`, async () => {
      const { stdout } = await this.ctdb(leader, "-t", "2", "leader");
      return stdout === `${leader}\n`;
    });
    for (const node of NODES) if (node !== leader) this.startNode(node);
    await this.waitUntilHealthy(leader);
  }

  /** Waits until every node says that all are well, nobody recovers, and who leads. */
  async waitUntilHealthy(leader = 0): Promise<void> {
    const healthy = /^Number of nodes:3\n(pnn:.* OK( \(THIS NODE\))?\n){3}Generation:\d+\n/;
    for (const node of NODES) {
      await this.waitFor(`node ${node} to be healthy`, async () => {
        const { stdout } = await this.ctdb(node, "-t", "2", "status");
        return healthy.test(stdout) && /Recovery mode:NORMAL/.test(stdout) &&
          stdout.endsWith(`Leader:${leader}\n`);
      });
    }
  }

  /** Waits until `condition` holds. */
  async waitFor(what: string, condition: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + READY_MS; Date.now() < end;) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`wait for longer than ${READY_MS} ms: ${what}\n${await this.#logTails()}`);
  }

  /** What the daemons said last, for a test that fails. */
  async #logTails(): Promise<string> {
    const tails = await Promise.all(NODES.map(async (node) => {
      const text = await Deno.readTextFile(this.#logFile(node)).catch(() => "");
      return `--- node ${node}:\n${text.split("\n").slice(-40).join("\n")}`;
    }));
    return tails.join("\n");
  }

  #logFile(node: number): string {
    return `${this.directory(node)}/daemon.log`;
  }

  /** Ends the daemon of a node and waits for it. */
  async stopNode(node: number): Promise<void> {
    const daemon = this.#daemons.get(node);
    if (daemon === undefined) return;
    this.#daemons.delete(node);
    try {
      daemon.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    const late = setTimeout(() => daemon.kill("SIGKILL"), READY_MS);
    await daemon.status;
    clearTimeout(late);
    // The C daemon's event daemon outlives it by some seconds, and keeps its place.
    const pidfile = `${this.directory(node)}/run/eventd.pid`;
    await this.waitFor(`the event daemon of node ${node} to end`, () => isMissing(pidfile));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const work of this.#deferred.splice(0)) work();
    await Promise.all(NODES.map((node) => this.stopNode(node)));
    await run("ip", "netns", "del", this.#namespace).catch(() => {});
    await Deno.remove(this.base, { recursive: true });
  }

  async #writeNode(node: number): Promise<void> {
    const dir = this.directory(node);
    const parts = ["run", "var", "events/legacy", "share/events/legacy"];
    for (const part of [...parts, "db/volatile", "db/persistent", "db/state"]) {
      await Deno.mkdir(`${dir}/${part}`, { recursive: true });
    }
    await Deno.writeTextFile(`${dir}/nodes`, "127.0.0.1\n127.0.0.2\n127.0.0.3\n");
    await Deno.writeTextFile(`${dir}/ctdb.conf`, this.#conf(node));
    if (node !== 1) {
      const addresses = ["100.1", "100.3", "200.1", "200.3"];
      const lines = addresses.map((address) => `192.168.${address}/24 lo\n`);
      await Deno.writeTextFile(`${dir}/public_addresses`, lines.join(""));
    }
    const script = `${dir}/events/legacy/00.test.script`;
    await Deno.writeTextFile(script, '#!/bin/sh\necho "$1 event${2:+ for $2 $3 $4}"\n');
    await Deno.chmod(script, 0o755);
    for (const part of ["functions", "functions.d"]) {
      const source = new URL(`../../../../events.d/${part}`, import.meta.url).pathname;
      await Deno.symlink(source, `${dir}/${part}`);
    }
  }

  #conf(node: number): string {
    const dir = this.directory(node);
    return [
      "[logging]",
      `location = file:${dir}/log.ctdb`,
      "log level = INFO",
      "[cluster]",
      `cluster lock = ${this.base}/shared/.ctdb/cluster.lock`,
      `node address = 127.0.0.${node + 1}`,
      "[database]",
      `volatile database directory = ${dir}/db/volatile`,
      `persistent database directory = ${dir}/db/persistent`,
      `state database directory = ${dir}/db/state`,
      "[legacy]",
      "realtime scheduling = false",
      "",
    ].join("\n");
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch {
    return true;
  }
}

async function run(file: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(file, { args, stdin: "null" }).output();
  if (!success) throw new Error(`run ${file} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
