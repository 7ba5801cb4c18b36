import { defaultAnswers, standIns } from "./stand-ins.ts";
import { runCommand, succeeds } from "../../../testing/process/command.ts";

/** Whose event scripts run. */
export type Origin = "ours" | "debian";

/** What surrounds a script: everything is optional and added to the defaults. */
export interface Scenario {
  readonly origin?: Origin;
  /** Lines of `script.options`. */
  readonly options?: readonly string[];
  /** Files of the configuration directory, by their path in it. */
  readonly etc?: Readonly<Record<string, string>>;
  /** What stand-ins answer: a piece of shell by the command's name. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Shell run in the new network before the script. */
  readonly setup?: string;
  /** Shell run after the script, with the real commands; its output is `after`. */
  readonly after?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Commands that this scenario does not have a stand-in for. */
  readonly without?: readonly string[];
}

/** What one run of a script left behind. */
export interface Run {
  readonly status: number;
  readonly output: string;
  /** Calls of stand-ins in order; `<` lines are their standard input. */
  readonly calls: readonly string[];
  /** What background jobs put in the log. */
  readonly log: string;
  readonly after: string;
}

const events = new URL("../../../events.d/", import.meta.url).pathname;
const support = new URL("./", import.meta.url).pathname;
const debianScripts = "/usr/share/ctdb/events/legacy";
const debianEtc = "/etc/ctdb";
const LIMIT_S = 60;

/** Private namespaces that end with their first process. */
export const NAMESPACES = ["-n", "-m", "-p", "-f", "--mount-proc", "--kill-child"] as const;

/** Why scripts cannot be run in namespaces of their own here; empty if they can. */
export const sandboxMissing: string = findMissing();

/** The same for Debian's scripts, which the comparisons need. */
export const debianMissing: string = sandboxMissing !== ""
  ? sandboxMissing
  : await exists(`${debianScripts}/10.interface.script`) && await exists(`${debianEtc}/functions`)
  ? ""
  : "Debian's ctdb package is not installed";

/** A configuration directory, stand-ins and scratch space that live for one test. */
export class Sandbox implements AsyncDisposable {
  readonly directory: string;
  readonly #scenario: Scenario;

  private constructor(directory: string, scenario: Scenario) {
    this.directory = directory;
    this.#scenario = scenario;
  }

  static async open(scenario: Scenario = {}): Promise<Sandbox> {
    const directory = await Deno.makeTempDir({ prefix: "ctdb-scripts-" });
    // The scripts of other users, such as statd's call-out, look in here too.
    await Deno.chmod(directory, 0o755);
    const sandbox = new Sandbox(directory, scenario);
    for (const name of ["bin", "answers", "etc/events/legacy", "sys-etc/iproute2", "var/scripts"]) {
      await Deno.mkdir(`${directory}/${name}`, { recursive: true });
    }
    await sandbox.#install();
    await sandbox.answer({ ...defaultAnswers, ...scenario.answers });
    for (const [name, text] of Object.entries(scenario.etc ?? {})) await sandbox.etc(name, text);
    await sandbox.etc(
      "script.options",
      ["CTDB_RPCINFO_LOCALHOST=127.0.0.1", ...scenario.options ?? [], ""].join("\n"),
    );
    if (scenario.setup !== undefined) await sandbox.write("setup", scenario.setup);
    if (scenario.after !== undefined) {
      await sandbox.write("after", `{ ${scenario.after}\n} >"$CASE/after.out" 2>&1\n`);
    }
    return sandbox;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }

  /** Write a file of the configuration directory; one named `*.sh` or `*.script` is executable. */
  async etc(name: string, text: string): Promise<void> {
    await this.write(`etc/${name}`, text);
    if (/\.(sh|script)$/.test(name)) await Deno.chmod(`${this.directory}/etc/${name}`, 0o755);
  }

  /** Write a file anywhere below the sandbox. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.directory}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Read a file below the sandbox. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(`${this.directory}/${name}`);
  }

  /** Change what stand-ins answer. */
  async answer(answers: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, shell] of Object.entries(answers)) {
      await this.write(`answers/${name}`, `${shell}\n`);
    }
  }

  /** Link an event script into the configuration directory; returns the link. */
  async enable(script: string): Promise<string> {
    const link = `${this.directory}/etc/events/legacy/${script}.script`;
    const source = this.#scenario.origin === "debian" ? debianScripts : `${events}scripts`;
    if (!await exists(link)) await Deno.symlink(`${source}/${script}.script`, link);
    return link;
  }

  /** Run an event script as the daemon would: `event` is the event and its arguments. */
  async event(script: string, ...event: string[]): Promise<Run> {
    return await this.run(await this.enable(script), ...event);
  }

  /** Run shell that has sourced the functions. */
  async functions(shell: string): Promise<Run> {
    await this.etc("events/legacy/99.test.script", `. "$CTDB_BASE/functions"\n${shell}\n`);
    return await this.run("sh", `${this.directory}/etc/events/legacy/99.test.script`);
  }

  /** Run any command in the sandbox. */
  async run(...command: string[]): Promise<Run> {
    for (const name of ["calls", "log", "after.out"]) await this.write(name, "");
    const { exit, stdout, stderr } = await runCommand([
      ...["unshare", ...NAMESPACES],
      ...["sh", `${support}sandbox.sh`, this.directory, String(LIMIT_S)],
      ...command,
    ], { env: this.#environment(), clearEnv: true });
    const calls = this.#plain(await this.read("calls"));
    return {
      status: exit,
      output: this.#plain(stdout + stderr),
      calls: calls === "" ? [] : calls.trimEnd().split("\n"),
      log: this.#plain(await this.read("log")),
      after: this.#plain(await this.read("after.out")),
    };
  }

  #plain(text: string): string {
    return text.replaceAll(this.directory, "CASE");
  }

  #environment(): Record<string, string> {
    const here = this.directory;
    return {
      PATH: Deno.env.get("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
      CTDB_BASE: `${here}/etc`,
      CTDB: `${here}/bin/ctdb`,
      CTDB_HELPER_BINDIR: `${here}/bin`,
      CTDB_SCRIPT_VARDIR: `${here}/var/scripts`,
      CTDB_SYS_ETCDIR: `${here}/sys-etc`,
      CTDB_LOGGING: `file:${here}/log`,
      CTDB_INIT_STYLE: "debian",
      ...this.#scenario.env,
    };
  }

  async #install(): Promise<void> {
    const etc = `${this.directory}/etc`;
    if (this.#scenario.origin === "debian") {
      for (const name of ["functions", "nfs-checks.d", "nfs-linux-kernel-callout"]) {
        await Deno.symlink(`${debianEtc}/${name}`, `${etc}/${name}`);
      }
    } else {
      const names = ["functions", "functions.d", "nfs-checks.d", "notify.sh"];
      for (const name of [...names, "ctdb-backup-persistent-tdbs.sh"]) {
        await Deno.symlink(events + name, `${etc}/${name}`);
      }
      for (const name of ["nfs-linux-kernel-callout", "nfs-ganesha-callout"]) {
        await Deno.symlink(`${events}callouts/${name}`, `${etc}/${name}`);
      }
    }
    const without = this.#scenario.without ?? [];
    for (const name of standIns.filter((name) => !without.includes(name))) {
      // A copy, since the service command is mounted over the system's.
      await Deno.copyFile(`${support}stub.sh`, `${this.directory}/bin/${name}`);
      await Deno.chmod(`${this.directory}/bin/${name}`, 0o755);
    }
  }
}

/** Whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function findMissing(): string {
  if (Deno.uid() !== 0) return "needs root for namespaces";
  if (!succeeds(["unshare", "--version"])) return "needs unshare";
  const probe = "ip link add e0 type veth peer name e0p && iptables -S && ss -t";
  return succeeds(["unshare", ...NAMESPACES, "sh", "-c", probe])
    ? ""
    : "needs namespaces, veth devices, iptables and ss";
}
