import { createLogger, type Happening, type Logger } from "../../../lib/base/mod.ts";
import { Tunables } from "../../../lib/config/tunables.ts";
import { Node } from "../../../lib/daemon/node.ts";
import type { NodeConfig, NodePorts } from "../../../lib/daemon/node-ports.ts";
import { Faults } from "../../../lib/daemon/faults.ts";
import { TurnQueue } from "../../../lib/daemon/turns.ts";
import { EventRunner, VirtualScripts } from "../../../lib/events/mod.ts";
import { defaultTunables, NodeFlag } from "../../../lib/wire/mod.ts";
import type { Scene } from "./scene.ts";
import { type DiskWatcher, SimulatedDisk, SimulatedStorage } from "./simulated-disk.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { SimulatedSlices } from "./simulated-slices.ts";
import { SimulatedSocket } from "./simulated-socket.ts";
import { SimulatedTransport } from "./simulated-network.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";

/** How long a service manager takes to start the daemon again. */
const RESTART_MS = 200;

/** Lines that a node may log in a second, even in a recovery. */
const MAX_LINES_PER_SECOND = 150;

/** The state of a node cannot be trusted any more. */
class Aborted extends Error {}

/** One life of the daemon on a machine. */
export interface Daemon {
  readonly process: SimulatedProcess;
  readonly node: Node;
  readonly socket: SimulatedSocket;
  /** What the event socket would reach. */
  readonly events: EventRunner;
  readonly storage: SimulatedStorage;
}

/** A client's access to a record. */
export interface Access {
  stored(data: Uint8Array): void;
  left(): void;
}

/** Who is told what machines and their clients do. */
export interface Witness {
  changed(machine: Machine, path: string, key: Uint8Array): void;
  rewritten(machine: Machine, path: string): void;
  daemonEnded(machine: Machine): void;
  /** A client has a record locked and is about to use `data`. */
  enters(machine: Machine, name: string, key: Uint8Array, data: Uint8Array): Access;
  /**
   * A client was told that its transaction is there for good.
   *
   * @param lasting whether the database survives the end of all daemons
   */
  acknowledged(name: string, key: string, count: bigint, lasting?: boolean): void;
}

/** A computer: disk, network addresses and the processes that come and go. */
export class Machine implements DiskWatcher {
  readonly pnn: number;
  readonly scene: Scene;
  readonly witness: Witness;
  readonly disk: SimulatedDisk;
  /** Addresses on the interfaces. */
  readonly addresses = new Set<string>();
  readonly random: SeededRandom;
  /** Living processes of clients, by pid. */
  readonly clients = new Map<number, SimulatedProcess>();
  /** Clients that rely on locks in volatile records. */
  readonly lockHolders = new Set<SimulatedProcess>();
  daemon: Daemon | undefined;
  /** The kernel says that an interface has got or lost its link. */
  linkChanged: (name: string) => void = () => {};
  /** Monitor events fail. */
  unhealthy = false;
  /** How long the monitor script takes; a moment unless set. */
  monitor_ms: number | undefined;
  /** How long a daemon that has been told to exit needs to close what it has open. */
  exit_ms = 0;
  #nextPid = 1000;

  /** What administrators would be shown, of all daemons that there were. */
  readonly happened: Happening[] = [];

  constructor(pnn: number, scene: Scene, witness: Witness) {
    this.pnn = pnn;
    this.scene = scene;
    this.witness = witness;
    this.random = scene.random.fork();
    this.disk = new SimulatedDisk(this);
  }

  changed(path: string, key: Uint8Array): void {
    this.witness.changed(this, path, key);
  }

  rewritten(path: string): void {
    this.witness.rewritten(this, path);
  }

  newProcess(name: string): SimulatedProcess {
    return new SimulatedProcess(`${name}@${this.pnn}`, this.#nextPid++, this.scene.time, {
      crashed: (process, error) => {
        const text = error instanceof Error ? error.stack ?? error.message : String(error);
        this.scene.fail(`${process.name} crashed: ${text}`);
        process.kill();
      },
    });
  }

  /** Whether its node takes part in the database cluster by its own opinion. */
  get isActive(): boolean {
    const flags = this.daemon?.node.state.nodes.ownFlags ?? NodeFlag.DISCONNECTED;
    return (flags & (NodeFlag.BANNED | NodeFlag.STOPPED | NodeFlag.DISCONNECTED)) === 0;
  }

  /** Starts the daemon; does nothing when it runs. */
  start(): void {
    if (this.daemon !== undefined) return;
    const process = this.newProcess("ctdbd");
    const { scene, random, pnn } = this;
    const socket = new SimulatedSocket(scene.time, process, () => random.between(0.01, 0.2));
    const log = this.#logger();
    const storage = new SimulatedStorage({
      pnn,
      process,
      disk: this.disk,
      delay_ms: 3,
      mutexes: scene.settings.mutexes,
    });
    const events = new EventRunner({ clock: process, launcher: this.#scripts(process), log });
    const turns = new TurnQueue(
      (callback) => void process.setTimer(0, callback),
      new Faults(log, (reason) => this.#aborted(process, reason)),
    );
    const ports: NodePorts = {
      clock: process,
      random: random.fork(),
      log,
      turns,
      sliceTurns: new SimulatedSlices(process, turns, random.fork()),
      transport: new SimulatedTransport(pnn, scene.network, process),
      clients: socket,
      storage,
      events,
      lockHelpers: scene.lock.launcher(pnn, process),
      addresses: {
        announcer: { announce() {}, tickle() {} },
        localAddresses: () => this.addresses,
        guard: () => {},
        watchLinks: (changed) => void (this.linkChanged = changed),
        interfaceName: (name) => name,
        readAddressFile: (done) =>
          void process.setTimer(0, () => done({ entries: scene.publicAddresses })),
      },
      readHomeNodes: (done) => void process.setTimer(0, () => done([])),
      readNodesFile: (done) => void process.setTimer(0, () => done({ entries: scene.nodesFile })),
      notify: () => {},
      processExists: (pid) => this.clients.has(pid),
      memory: () => ({ used: 0, report: "" }),
      logLevel: { get: () => scene.logLevel, set: () => {} },
      exit: (status) => this.#exited(process, status),
      abort: (reason) => this.#aborted(process, reason),
    };
    const node = new Node(ports, this.#config(process.pid));
    this.daemon = { process, node, socket, events, storage };
    process.atEnd(() => {
      this.daemon = undefined;
      this.witness.daemonEnded(this);
      if (scene.keepRunning) scene.time.setTimer(RESTART_MS, () => this.start());
    });
    scene.trace.add(`[${pnn}] *** daemon starts`);
    process.setTimer(0, () => {
      node.start((error) => scene.fail(`node ${pnn} start: ${(error as Error).stack ?? error}`));
    });
  }

  /** SIGKILL of the daemon; its clients see their socket close, and end. */
  kill(): void {
    if (this.daemon === undefined) return;
    this.scene.trace.add(`[${this.pnn}] *** daemon killed`);
    this.daemon.process.kill();
  }

  /** `ctdb shutdown`. */
  shutdown(): void {
    const { daemon } = this;
    if (daemon === undefined) return;
    this.scene.trace.add(`[${this.pnn}] *** daemon shuts down`);
    daemon.process.run(() => void daemon.node.shutdown(0, "simulated"));
  }

  #exited(process: SimulatedProcess, status: number): void {
    this.scene.trace.add(`[${this.pnn}] *** daemon exits with status ${status}`);
    if (status !== 0) this.scene.fail(`node ${this.pnn}: exit status ${status}`);
    if (this.exit_ms === 0) process.kill();
    else this.scene.time.setTimer(this.exit_ms, () => process.kill());
  }

  #aborted(process: SimulatedProcess, reason: string): never {
    this.scene.fail(`node ${this.pnn} aborted: ${reason}`);
    process.kill();
    throw new Aborted(reason);
  }

  #logger(): Logger {
    const { scene, pnn } = this;
    let second = 0;
    let lines = 0;
    return createLogger(
      (_level, subsystem, message) => {
        const now_s = Math.floor(scene.time.now() / 1000);
        lines = now_s === second ? lines + 1 : 0;
        second = now_s;
        if (lines === MAX_LINES_PER_SECOND) scene.fail(`node ${pnn} floods its log: ${message}`);
        scene.trace.add(`[${pnn}] ${subsystem}: ${message}`);
        // A later turn that throws is caught and logged; here nothing of the kind may happen.
        if (/^(Deferred work|Packet of node|Request of client)\b.*:/.test(message)) {
          scene.fail(`node ${pnn}: ${message}`);
        }
      },
      () => scene.logLevel,
      "",
      (happening) => this.happened.push(happening),
    );
  }

  #config(pid: number): NodeConfig {
    const { settings } = this.scene;
    const tunables = new Tunables({ ...defaultTunables, ...settings.tunables });
    return {
      address: this.scene.nodesFile[this.pnn]!.address,
      pid,
      nodes: this.scene.nodesFile,
      tunables: {
        get: (name) => tunables.values[name],
        set: (name, value) => void tunables.set(name, value),
        all: () => tunables.values,
      },
      clusterLock: settings.clusterLock ? "/cluster/lock" : undefined,
      fcntlHelper: ["helper"],
      leaderTimeout_s: 5,
      leaderCapability: true,
      lmasterCapability: true,
      startAsStopped: false,
      startAsDisabled: false,
      failoverDisabled: false,
      shutdownFailoverTimeout_s: 10,
      shutdownExtraTimeout_s: 0,
      testMode: false,
      keepaliveVersion: undefined,
    };
  }

  #scripts(process: SimulatedProcess): VirtualScripts {
    const scripts = new VirtualScripts(process);
    scripts.set("legacy", "10.simulated", ([event, ...args]) => {
      const drawn_ms = this.random.between(2, 40);
      const duration_ms = event === "monitor" ? this.monitor_ms ?? drawn_ms : drawn_ms;
      if (event === "init") this.addresses.clear();
      if (event === "takeip") this.addresses.add(args[1]!);
      if (event === "releaseip") this.addresses.delete(args[1]!);
      const failed = event === "monitor" && this.unhealthy;
      return { duration_ms, end: { how: "exit", code: failed ? 1 : 0 } };
    });
    return scripts;
  }
}
