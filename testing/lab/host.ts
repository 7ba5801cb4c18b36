import { type DaemonKind, debian } from "../cluster/daemon-kind.ts";
import { mustRun, runCommandSync, spawnCommand } from "../process/command.ts";
import type { ProgramResult } from "../process/program-io.ts";
import { plug } from "./switch.ts";

/** What a host is made of. */
export interface HostSetup {
  readonly name: string;
  readonly switchName: string;
  readonly index: number;
  /** Whose daemon, tool and scripts it runs. */
  readonly kind: DaemonKind;
  readonly directory: string;
  /** Files of `/etc/ctdb`. */
  readonly files: Readonly<Record<string, string>>;
}

const ROOT = new URL("../../", import.meta.url).pathname;
const OUR_ETC = `${ROOT}events.d`;
const DEBIAN_ETC = "/etc/ctdb";
const DEBIAN_DATA = "/usr/share/ctdb";
const SCRIPTS = ["10.interface"];
/** Text that a host's connections are answered with, and where. */
export const SERVICE_PORT = 8080;

/** One host of a {@link Lab}: boots, loses its power, its link, its daemon. */
export class Host {
  readonly index: number;
  readonly name: string;
  readonly kind: DaemonKind;
  readonly #setup: HostSetup;
  #init: Deno.ChildProcess | undefined;

  constructor(setup: HostSetup) {
    this.#setup = setup;
    this.index = setup.index;
    this.name = setup.name;
    this.kind = setup.kind;
  }

  /** Plugs the host in, boots it and starts its daemon. */
  async start(): Promise<void> {
    const { name, switchName, index } = this.#setup;
    mustRun(["ip", "netns", "add", name]);
    plug(switchName, {
      namespace: name,
      iface: "eth0",
      addresses: [`10.98.0.${11 + index}/24`],
      bridge: "priv",
      port: `p${index}`,
    });
    plug(switchName, {
      namespace: name,
      iface: "eth1",
      addresses: [
        `10.99.0.${11 + index}/24`,
        `fd99::${11 + index}/64`,
      ],
      bridge: "pub",
      port: `q${index}`,
    });
    mustRun(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=0"]);
    await this.#writeFiles();
    this.#boot();
  }

  /** All of it at once, as when the power goes: no process does another step, no packet leaves. */
  async powerOff(): Promise<void> {
    const { switchName, index, name } = this.#setup;
    for (const port of [`p${index}`, `q${index}`]) {
      runCommandSync(["ip", "-n", switchName, "link", "delete", port]);
    }
    await this.#endInit();
    runCommandSync(["ip", "netns", "delete", name]);
  }

  /** Back after {@link powerOff}. */
  async powerOn(): Promise<void> {
    await this.start();
  }

  /** The cable of the public interface is pulled, or put back. */
  setLink(up: boolean): void {
    const { switchName, index } = this.#setup;
    mustRun(["ip", "-n", switchName, "link", "set", `q${index}`, up ? "up" : "down"]);
  }

  killDaemon(): void {
    mustRun(["sh", "-c", `kill -9 ${this.#daemonPid()}`]);
  }

  startDaemon(): void {
    this.inside("sh", ["-c", `${this.#daemonCommand()} ${this.#redirections()} &`]);
  }

  /** Runs a command inside the host, for `limit_s` at most. */
  inside(command: string, args: readonly string[], limit_s = 30): ProgramResult {
    const pid = this.#initPid();
    if (pid === undefined) return { exit: 1, stdout: "", stderr: "the host is down" };
    const enter = ["nsenter", "-t", String(pid), "-m", "-n", "-p", "--"];
    return runCommandSync(["timeout", String(limit_s), ...enter, command, ...args]);
  }

  ctdb(...args: string[]): ProgramResult {
    return this.inside("ctdb", args);
  }

  /** Installs an event script while the daemon runs, by rename as package managers do. */
  async installScript(name: string, text: string): Promise<void> {
    const path = this.#scriptPath(name);
    await Deno.writeTextFile(`${path}.new`, text, { mode: 0o755 });
    await Deno.rename(`${path}.new`, path);
  }

  async removeScript(name: string): Promise<void> {
    await Deno.remove(this.#scriptPath(name));
  }

  #scriptPath(name: string): string {
    return `${this.#setup.directory}/etc/events/legacy/${name}.script`;
  }

  /** Whether the host is OK by its own word and sees exactly `members` as OK. */
  sees(members: readonly Host[]): boolean {
    const { exit, stdout } = this.ctdb("-X", "nodestatus", "all");
    if (!stdout.includes("|") || (exit !== 0 && stdout === "")) return false;
    const rows = stdout.trim().split("\n").filter((row) => /^\|\d/.test(row));
    return rows.every((row) => {
      const [, pnn, , ...flags] = row.split("|");
      const ok = flags.slice(0, 7).every((flag) => flag === "0");
      return ok === members.some((member) => member.index === Number(pnn));
    });
  }

  /** Whether an address is on an interface of the host, in reach of the public network. */
  has(address: string): boolean {
    return this.addresses().has(address);
  }

  /** The addresses on that interface. */
  addresses(): Set<string> {
    const { stdout } = runCommandSync(["ip", "-n", this.name, "-o", "addr", "show", "dev", "eth1"]);
    return new Set(stdout.matchAll(/ inet6? ([\da-f.:]+)\//g).map(([, address]) => address!));
  }

  logTail(lines = 25): string {
    const { stdout } = runCommandSync(["tail", `-n${lines}`, this.#logPath()]);
    return stdout;
  }

  async destroy(): Promise<void> {
    await this.#endInit();
    runCommandSync(["ip", "netns", "delete", this.name]);
  }

  async #endInit(): Promise<void> {
    const init = this.#init;
    this.#init = undefined;
    if (init === undefined) return;
    // unshare --kill-child: the end of its parent is the end of PID 1, and of everything in there.
    init.kill("SIGKILL");
    await init.status;
  }

  #boot(): void {
    const { directory, name } = this.#setup;
    const mounts = [
      "mount --make-rprivate /",
      `mount --bind ${directory}/etc /etc/ctdb`,
      `mount --bind ${directory}/share /usr/share/ctdb`,
      `mount --bind ${directory}/bin/ctdb /usr/bin/ctdb`,
      `mount --bind ${directory}/bin/ctdb_killtcp /usr/libexec/ctdb/ctdb_killtcp`,
      "mkdir -p /run/ctdb /var/lib/ctdb /var/log/ctdb",
      `mount --bind ${directory}/run /run/ctdb`,
      `mount --bind ${directory}/var /var/lib/ctdb`,
      `mount --bind ${directory}/log /var/log/ctdb`,
    ];
    const service = `${Deno.execPath()} run --quiet --no-config -A ` +
      `${ROOT}testing/lab/service.ts ${this.index} ${SERVICE_PORT}`;
    const script = `${mounts.join(" && ")} || exit 1
${service} </dev/null >/dev/null 2>&1 &
${this.#daemonCommand()} ${this.#redirections()} &
while :; do sleep 3600 & wait $!; done`;
    this.#init = spawnCommand([
      ...["ip", "netns", "exec", name],
      ...["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"],
      ...["sh", "-c", script],
    ], { stdout: "null" });
  }

  #daemonCommand(): string {
    return this.kind.daemon.join(" ");
  }

  #redirections(): string {
    return `</dev/null >/dev/null 2>>${this.#setup.directory}/log/stderr`;
  }

  #logPath(): string {
    return `${this.#setup.directory}/log/log.ctdb`;
  }

  /** PID 1 of the host, as the machine numbers it: the only child of `unshare`. */
  #initPid(): number | undefined {
    const outer = this.#init?.pid;
    if (outer === undefined) return undefined;
    const { stdout } = runCommandSync(["pgrep", "-P", String(outer)]);
    const pid = Number(stdout.trim().split("\n")[0]);
    return pid > 0 ? pid : undefined;
  }

  #daemonPid(): number {
    const text = Deno.readTextFileSync(`${this.#setup.directory}/run/ctdbd.pid`).trim();
    const pid = this.#initPid();
    // The file has the number inside; the machine's own is needed.
    const { stdout } = runCommandSync([
      "sh",
      "-c",
      `grep -l "^NSpid:.*[[:space:]]${text}$" /proc/[0-9]*/status`,
    ]);
    const inHost = stdout.split("\n").map((path) => Number(path.split("/")[2])).find((candidate) =>
      candidate > 0 && sameNamespace(candidate, pid)
    );
    if (inHost === undefined) throw new Error(`Find the daemon of host ${this.index}: ${text}`);
    return inHost;
  }

  async #writeFiles(): Promise<void> {
    const { directory, files } = this.#setup;
    await Deno.remove(`${directory}/run`, { recursive: true }).catch(() => {});
    for (const name of ["etc", "share", "run", "var", "log", "bin"]) {
      await Deno.mkdir(`${directory}/${name}`, { recursive: true });
    }
    for (const name of ["volatile", "persistent", "state", "scripts"]) {
      await Deno.mkdir(`${directory}/var/${name}`, { recursive: true });
    }
    const source = this.kind === debian ? DEBIAN_ETC : OUR_ETC;
    mustRun(["sh", "-c", `cp -r ${source}/. ${directory}/etc/`]);
    const scripts = this.kind === debian ? `${DEBIAN_DATA}/events/legacy` : `${OUR_ETC}/scripts`;
    await Deno.mkdir(`${directory}/share/events/legacy`, { recursive: true });
    mustRun(["sh", "-c", `cp ${scripts}/*.script ${directory}/share/events/legacy/`]);
    await this.#enableScripts();
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${directory}/etc/${name}`, text);
    }
    await this.#writeTools();
  }

  async #enableScripts(): Promise<void> {
    const legacy = `${this.#setup.directory}/etc/events/legacy`;
    await Deno.remove(legacy, { recursive: true }).catch(() => {});
    await Deno.mkdir(legacy, { recursive: true });
    for (const script of SCRIPTS) {
      await Deno.symlink(
        `/usr/share/ctdb/events/legacy/${script}.script`,
        `${legacy}/${script}.script`,
      );
    }
  }

  /** The programs that scripts of this host call. */
  async #writeTools(): Promise<void> {
    const tools = { ctdb: "/usr/bin/ctdb", ctdb_killtcp: "/usr/libexec/ctdb/ctdb_killtcp" };
    for (const [name, theirs] of Object.entries(tools)) {
      const path = `${this.#setup.directory}/bin/${name}`;
      if (this.kind === debian) {
        await Deno.copyFile(theirs, path);
        continue;
      }
      const text = `#!/bin/sh\nexec ${this.#ourProgram(name)} "$@"\n`;
      await Deno.writeTextFile(path, text, { mode: 0o755 });
    }
  }

  /** The command of one of our programs: a name behind the daemon's, or a file of an installation. */
  #ourProgram(name: string): string {
    const { daemon, tool } = this.kind;
    if (daemon.length > 1) return [...daemon.slice(0, -1), name].join(" ");
    const helpers = tool[0]!.replace(/\/bin\/ctdb$/, "/libexec/ctdb");
    return name === "ctdb" ? tool[0]! : `${helpers}/${name}`;
  }
}

function sameNamespace(pid: number, other: number | undefined): boolean {
  try {
    return Deno.readLinkSync(`/proc/${pid}/ns/pid`) === Deno.readLinkSync(`/proc/${other}/ns/pid`);
  } catch {
    return false;
  }
}
