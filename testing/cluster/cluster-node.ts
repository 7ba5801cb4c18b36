import { DaemonConnection } from "../../lib/client/mod.ts";
import { NodeFlag, RecoveryMode, RunState, type VnnMap } from "../../lib/wire/mod.ts";
import { type DaemonKind, debian } from "./daemon-kind.ts";
import { runCommand, signalChild, spawnCommand } from "../process/command.ts";
import type { ProgramResult } from "../process/program-io.ts";
import {
  descendants,
  endOrphansOfZombies,
  killLeftovers,
  parentsOf,
} from "../process/process-tree.ts";
import { HopelessError, waitFor, within } from "../process/wait.ts";

/** What a node of a test cluster is made of. */
export interface NodeSetup {
  readonly kind: DaemonKind;
  readonly pnn: number;
  readonly address: string;
  /** Its directory; what `CTDB_BASE` points to. */
  readonly base: string;
  /** Added to the environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The command that its processes are run under; none if empty. */
  readonly under: readonly string[];
  /** Whether the daemon goes on when this process has ended. */
  readonly outliving: boolean;
}

/** Far more than it takes: what is waited for on a busy machine is an answer, not a time. */
const CONTROL_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
/** How long a daemon may take to end by itself after a signal. */
const END_TIMEOUT_MS = 60_000;
/** A tool that takes longer hangs, and is killed: exit status -9. */
const TOOL_LIMIT_MS = 180_000;
/** How much of a log is shown when something went wrong. */
const LOG_TAIL_LINES = 40;
/**
 * Runs a daemon when those before it are gone, which were killed and may take a moment: a C daemon that
 * finds a volatile database open ends itself. A zombie has nothing open. The daemon's output goes to a
 * file, so that nobody has to read it while it runs.
 */
const RUN_DAEMON = `log=$1 before=$2
shift 2
for pid in $before; do
  for i in $(seq 500); do
    readlink "/proc/$pid/exe" >/dev/null 2>&1 || break
    sleep 0.02
  done
done
exec "$@" >>"$log" 2>&1`;

/** One node of a {@link Cluster}: its directory, its daemon process, and ways to talk to it. */
export class ClusterNode {
  /** Whose daemon it is. */
  readonly kind: DaemonKind;
  /** Its number in the cluster. */
  readonly pnn: number;
  /** The address at which the nodes speak to each other. */
  readonly address: string;
  /** Its directory; what `CTDB_BASE` points to. */
  readonly base: string;
  /** The environment of the daemon and of every tool that shall talk to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #under: readonly string[];
  readonly #outliving: boolean;
  #child: Deno.ChildProcess | undefined;
  #connection: DaemonConnection | undefined;
  /** Processes of a daemon that was killed. They leave by themselves, C ones after seconds. */
  #leftovers: readonly number[] = [];
  #wasKilled = false;

  /** @internal A cluster makes its nodes. */
  constructor(setup: NodeSetup) {
    this.kind = setup.kind;
    this.pnn = setup.pnn;
    this.address = setup.address;
    this.base = setup.base;
    this.env = { ...setup.env, ...setup.kind.env, CTDB_TEST_MODE: "1", CTDB_BASE: setup.base };
    this.#under = setup.under;
    this.#outliving = setup.outliving;
  }

  /** The daemon's client socket. */
  get socket(): string {
    return `${this.base}/run/ctdbd.socket`;
  }

  /** The file that the daemon's output goes to. */
  get logFile(): string {
    return `${this.base}/log.ctdb`;
  }

  /** For messages. */
  get name(): string {
    return `node ${this.pnn} (${this.kind.name})`;
  }

  /** Whether the daemon runs. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  /** The process id of the daemon. Throws if it does not run. */
  get pid(): number {
    if (this.#child === undefined) throw new Error(`pid of node ${this.pnn}: it does not run`);
    return this.#child.pid;
  }

  /** Starts the daemon; does not wait for it. */
  start(): void {
    if (this.#child !== undefined) throw new Error(`start node ${this.pnn}: it runs already`);
    // The event daemon of a killed C daemon would keep the new one from starting.
    const before = this.#wasKilled ? killLeftovers(this.#leftovers, `CTDB_BASE=${this.base}`) : [];
    this.#leftovers = [];
    this.#wasKilled = false;
    const run = ["/bin/sh", "-c", RUN_DAEMON, "sh", this.logFile, before.join(" ")];
    const child = spawnCommand([...this.#under, ...run, ...this.kind.daemon, "-i"], {
      env: this.env,
      // In test mode a daemon shuts down when this pipe closes: it cannot outlive us by accident.
      stdin: this.#outliving ? "null" : "piped",
      stdout: "null",
      stderr: "null",
      detached: this.#outliving,
    });
    this.#child = child;
    if (this.#outliving) child.unref();
    void child.status.then(() => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  /**
   * Ends the daemon with a signal, by default without a chance to clean up.
   *
   * @throws {WaitError} it does not end, and is killed
   */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.disconnect();
    if (child === undefined) return;
    this.#leftovers = descendants(child.pid);
    this.#wasKilled = true;
    const parents = parentsOf(this.#leftovers);
    signalChild(child, signal);
    try {
      await within(
        () => `${this.name} ends at ${signal}\n${this.logTail()}`,
        child.status,
        END_TIMEOUT_MS,
      );
    } finally {
      signalChild(child, "SIGKILL");
      await this.#ended(child);
    }
    if (this.kind === debian) await endOrphansOfZombies(this.#leftovers, parents);
  }

  /** Shuts the daemon down as `ctdb shutdown` does; what does not end in time is killed. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    try {
      const client = await this.client();
      client.controlNoReply(this.pnn, "SHUTDOWN", undefined);
    } catch {
      // It cannot be asked: then it is killed.
      return await this.kill();
    }
    const timer = setTimeout(() => signalChild(child, "SIGKILL"), STOP_TIMEOUT_MS);
    await this.#ended(child);
    clearTimeout(timer);
    this.disconnect();
  }

  /** @internal Opens a new connection to the daemon; a user of the library has `connect`. */
  connect(): Promise<DaemonConnection> {
    return DaemonConnection.connect(this.socket, { timeout_ms: CONTROL_TIMEOUT_MS });
  }

  /** @internal One connection, opened when it is needed and kept for the next call. */
  async client(): Promise<DaemonConnection> {
    if (this.#connection?.isOpen !== true) this.#connection = await this.connect();
    return this.#connection;
  }

  /**
   * Runs the administrator's tool on this node.
   *
   * @param kind whose tool; the one of the daemon's build unless given
   */
  async ctdb(args: readonly string[], kind: DaemonKind = this.kind): Promise<ProgramResult> {
    const command = [...this.#under, ...kind.tool, ...args];
    return await runCommand(command, {
      env: { ...this.env, TZ: "UTC", LC_ALL: "C" },
      timeout_ms: TOOL_LIMIT_MS,
    });
  }

  /** Everything that the daemon and its children wrote. */
  log(): string {
    try {
      return Deno.readTextFileSync(this.logFile);
    } catch {
      return "";
    }
  }

  /** The end of the log, for an error message. */
  logTail(): string {
    const lines = this.log().trimEnd().split("\n").slice(-LOG_TAIL_LINES);
    return `--- log of ${this.name}:\n${lines.join("\n")}`;
  }

  /** Waits until the daemon answers on its socket. */
  async untilAnswering(timeout_ms?: number): Promise<void> {
    const options = timeout_ms === undefined ? {} : { timeout_ms };
    await waitFor(`node ${this.pnn} answers`, async () => {
      if (!this.running) throw new HopelessError(`${this.name} has ended`);
      return await this.client();
    }, options);
  }

  /** The flags of all nodes as this one sees them, by pnn. */
  async flags(): Promise<number[]> {
    const client = await this.client();
    const map = await client.control(this.pnn, "GET_NODEMAP", undefined);
    return map.map((node) => node.flags);
  }

  /** Where the records are located since the last recovery; `undefined` unless it works normally. */
  async recovered(): Promise<VnnMap | undefined> {
    const client = await this.client();
    const mode = await client.control(this.pnn, "GET_RECMODE", undefined);
    if (mode !== RecoveryMode.NORMAL) return undefined;
    const state = await client.control(this.pnn, "GET_RUNSTATE", undefined);
    if (state !== RunState.RUNNING) return undefined;
    return await client.control(this.pnn, "GETVNNMAP", undefined);
  }

  /** Closes the connection that is kept, so that the daemon has one client less. */
  disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #ended(child: Deno.ChildProcess): Promise<void> {
    await child.status;
    if (!this.#outliving) await child.stdin.close().catch(() => {});
    if (this.#child === child) this.#child = undefined;
  }
}

/** Flags of a node that takes no part: nobody expects it to be healthy. */
export const ABSENT_FLAGS = NodeFlag.DISCONNECTED | NodeFlag.DELETED;
