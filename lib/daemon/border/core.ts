import { type Clock, collectGarbage, CtdbError, messageOf } from "../../base/mod.ts";
import { localAddresses } from "../../failover/mod.ts";
import type { Flusher, SpawnHelper } from "../../loop/mod.ts";
import { RealStorage } from "../../records/mod.ts";
import { ClientSocket, dropSpareFrame, type Mesh, type Streams } from "../../transport/mod.ts";
import { bindNodeAddress } from "../edge/bind-address.ts";
import { ExitStatus } from "../exit-status.ts";
import { makeRealtime } from "../edge/libc.ts";
import { Node } from "../node.ts";
import type { LoopPort } from "../node-ports.ts";
import type { Turns } from "../turns.ts";
import { maxClients } from "./descriptors.ts";
import { CoreLog } from "./core-log.ts";
import { CorePorts } from "./core-ports.ts";
import { type CoreSetup, tunableTable } from "./core-setup.ts";
import type {
  Border,
  BorderHandlers,
  CoreSight,
  CoreSights,
  CoreToEdge,
  CoreTraffic,
  EdgeToCore,
} from "./messages.ts";

/** What a core runs on: its own loop, or Deno's. */
export interface CoreRuntime {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly streams: Streams;
  readonly spawn: SpawnHelper;
  /** Has `flush` called at the end of this turn. */
  readonly flushLater: (flusher: Flusher) => void;
  /** How the loop does; only the core's own one tells. */
  readonly loop?: LoopPort;
  /** Ends the process at once; what was posted before is seen. */
  readonly abort: (reason: string) => never;
}

/** The core of a daemon: a {@link Node} with its sockets and files, on one side of a border. */
export class Core {
  readonly log: CoreLog;
  readonly #setup: CoreSetup;
  readonly #runtime: CoreRuntime;
  readonly #border: Border<CoreToEdge>;
  readonly #ports: CorePorts;
  #node: Node | undefined;
  #mesh: Mesh | undefined;

  constructor(setup: CoreSetup, runtime: CoreRuntime, border: Border<CoreToEdge>) {
    this.#setup = setup;
    this.#runtime = runtime;
    this.#border = border;
    this.#ports = new CorePorts(border);
    this.log = new CoreLog(
      setup.logLevel,
      runtime,
      (lines) => border.post("log", lines),
      (happening) => border.post("happened", happening),
    );
  }

  /** What the edge's messages go to. */
  get handlers(): BorderHandlers<EdgeToCore> {
    return {
      ...this.#ports.answers,
      start: () => this.#start(),
      collectGarbage: () => {
        dropSpareFrame();
        collectGarbage();
      },
      shutdown: ({ status, reason }) => void this.#node?.shutdown(status, reason),
      look: ({ id, sight, after }) => {
        const value = this.#sight(sight, after);
        this.#border.post("seen", value === undefined ? { id } : { id, value });
      },
    };
  }

  /** Binds the sockets and puts the node together; says how that went over the border. */
  async bind(): Promise<boolean> {
    let status: number = ExitStatus.SOCKET;
    let clients: ClientSocket | undefined;
    try {
      clients = await this.#bindClientSocket();
      status = ExitStatus.CONFIG;
      const { binding, node, tunables } = this.#setup;
      const { clock, streams } = this.#runtime;
      const log = this.log.logger;
      const { mesh, address } = await bindNodeAddress({
        ...binding,
        localAddresses,
        streams,
        clock,
        log,
      });
      this.#mesh = mesh;
      const pnn = binding.nodes.findIndex((n) => !n.deleted && n.address === address);
      const ports = this.#ports.nodePorts({
        ...this.#runtime,
        log: this.log,
        transport: mesh,
        clients,
        storage: this.#storage(pnn),
      });
      this.#node = new Node(ports, { ...node, address, tunables: tunableTable(tunables) });
      this.#border.post("bound", { address });
      return true;
    } catch (error) {
      clients?.close();
      this.log.flush();
      this.#border.post("bindFailed", { status, reason: messageOf(error) });
      return false;
    }
  }

  /** Gives this thread realtime priority where it shall have it, or says that it may not. */
  makeRealtime(): void {
    if (!this.#setup.realtime || makeRealtime()) return;
    this.log.logger.warning("Realtime scheduling is not permitted: going on without");
  }

  #bindClientSocket(): Promise<ClientSocket> {
    const { streams, turns } = this.#runtime;
    return ClientSocket.bind({
      ...this.#setup.clientSocket,
      streams,
      maxClients: maxClients(),
      defer: (callback) => turns.defer(callback),
      log: this.log.logger,
    });
  }

  #storage(pnn: number): RealStorage {
    const { turns, spawn } = this.#runtime;
    const { debugLocks, ...storage } = this.#setup.storage;
    return new RealStorage({
      ...storage,
      pnn,
      spawn,
      defer: (callback) => turns.defer(callback),
      log: this.log.logger.child("records"),
      ...(debugLocks
        ? { debugLock: (args: readonly string[]) => this.#border.post("debugLock", args) }
        : {}),
    });
  }

  #sight(sight: CoreSight, after: number): CoreSights[CoreSight] | undefined {
    switch (sight) {
      case "clients":
        return this.#node?.sessions.page(after);
      case "lockWaits":
        return this.#node?.records.lockWaits();
      case "traffic":
        return this.#traffic();
    }
  }

  #traffic(): CoreTraffic {
    const links = this.#mesh?.status() ?? [];
    const longestClientQueue_bytes = this.#node?.sessions.longestQueue_bytes ?? 0;
    const loop = this.#runtime.loop?.histograms();
    return { links, longestClientQueue_bytes, ...(loop === undefined ? {} : { loop }) };
  }

  #start(): void {
    this.#node?.start((error) => {
      const { logger } = this.log;
      logger.error(`Start the node: ${messageOf(error)}`);
      if (!(error instanceof CtdbError) && error instanceof Error) logger.error(error.stack ?? "");
      this.log.flush();
      this.#border.post("exit", { status: ExitStatus.CONFIG, reason: messageOf(error) });
    }, () => this.#border.post("started", null));
  }
}
