import {
  type Clock,
  resetStartedProcesses,
  startedProcesses,
  systemRandom,
} from "../../base/mod.ts";
import type { EventDone } from "../../events/mod.ts";
import { interfaceName, localAddresses } from "../../failover/mod.ts";
import type { LockHelperLauncher } from "../../membership/mod.ts";
import type { RecordsStorage } from "../../records/mod.ts";
import type { ClientListener, NodeTransport } from "../../transport/mod.ts";
import { processExists } from "../edge/libc.ts";
import type { LoopPort, NodePorts } from "../node-ports.ts";
import type { Turns } from "../turns.ts";
import type { CoreLog } from "./core-log.ts";
import type {
  Border,
  BorderHandlers,
  CoreToEdge,
  EdgeFile,
  EdgeFiles,
  EdgeToCore,
} from "./messages.ts";

/** What the core has on its own side of the border. */
interface Ports {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly log: CoreLog;
  readonly transport: NodeTransport;
  readonly clients: ClientListener;
  readonly storage: RecordsStorage;
  readonly loop?: LoopPort;
  /** Ends the process; never returns. */
  readonly abort: (reason: string) => never;
}

/** Helpers of the cluster lock, by the ids of the border. */
interface LockListener {
  readonly onStatus: (status: string) => void;
  readonly onEnd: () => void;
}

/** The outside of a node whose edge is behind a {@link Border}. */
export class CorePorts {
  readonly #border: Border<CoreToEdge>;
  readonly #events = new Map<number, EventDone>();
  readonly #locks = new Map<number, LockListener>();
  readonly #files = new Map<number, (content: unknown, error: string | undefined) => void>();
  #ids = 0;
  #linkChanged: (name: string) => void = () => {};

  constructor(border: Border<CoreToEdge>) {
    this.#border = border;
  }

  /** What the answers of the edge go to. */
  readonly answers: Omit<
    BorderHandlers<EdgeToCore>,
    "start" | "shutdown" | "look" | "collectGarbage"
  > = {
    eventDone: ({ id, result }) => take(this.#events, id)?.(result),
    lockHelperStatus: ({ id, status }) => this.#locks.get(id)?.onStatus(status),
    lockHelperEnded: ({ id }) => take(this.#locks, id)?.onEnd(),
    file: ({ id, content, error }) => take(this.#files, id)?.(content, error),
    linkChanged: ({ name }) => this.#linkChanged(name),
  };

  /** Everything that a node is handed. */
  nodePorts(parts: Ports): NodePorts {
    const border = this.#border;
    const { log, loop, ...own } = parts;
    return {
      ...own,
      ...(loop === undefined ? {} : { loop }),
      random: systemRandom,
      log: log.logger,
      events: {
        start: (request, done) => {
          const id = this.#ids++;
          this.#events.set(id, done);
          border.post("runEvent", { id, request });
        },
      },
      lockHelpers: this.#lockHelpers(),
      addresses: this.#addresses(),
      readHomeNodes: (done) =>
        this.#readFile("homeNodes", done, (error) => {
          log.logger.error(`Read home nodes: ${error}`);
          done([]);
        }),
      readNodesFile: (done) =>
        this.#readFile("nodes", (entries) => done({ entries }), (error) => done({ error })),
      notify: (event) => border.post("notify", event),
      processExists,
      memory,
      processes: { counts: startedProcesses, reset: resetStartedProcesses },
      logLevel: {
        get: () => log.level,
        set: (level) => {
          log.level = level;
          border.post("logLevel", level);
        },
      },
      exit: (status) => border.post("exit", { status }),
    };
  }

  #addresses(): NodePorts["addresses"] {
    return {
      announcer: {
        announce: (address, iface) => this.#border.post("announce", { address, iface }),
        tickle: (from, to, reset = false) => this.#border.post("tickle", { from, to, reset }),
      },
      localAddresses,
      guard: (held) => this.#border.post("guard", held),
      watchLinks: (changed) => {
        this.#linkChanged = changed;
        this.#border.post("watchLinks", null);
      },
      interfaceName,
      readAddressFile: (done) =>
        this.#readFile("publicAddresses", done, (error) => done({ error })),
    };
  }

  #lockHelpers(): LockHelperLauncher {
    return {
      launch: (argv, onStatus, onEnd) => {
        const id = this.#ids++;
        this.#locks.set(id, { onStatus, onEnd });
        this.#border.post("startLockHelper", { id, argv });
        return {
          terminate: () => {
            if (this.#locks.delete(id)) this.#border.post("endLockHelper", { id });
          },
        };
      },
    };
  }

  #readFile<File extends EdgeFile>(
    file: File,
    done: (content: EdgeFiles[File]) => void,
    failed: (error: string) => void,
  ): void {
    const id = this.#ids++;
    this.#files.set(id, (content, error) => {
      if (error === undefined) done(content as EdgeFiles[File]);
      else failed(error);
    });
    this.#border.post("readFile", { id, file });
  }
}

/** The entry of `id`, which is over with this. */
function take<Value>(map: Map<number, Value>, id: number): Value | undefined {
  const value = map.get(id);
  map.delete(id);
  return value;
}

function memory(): { used: number; report: string } {
  const usage = Deno.memoryUsage();
  const lines = Object.entries(usage).map(([name, bytes]) =>
    `${name.padEnd(14)} ${String(bytes).padStart(12)} bytes`
  );
  return { used: usage.rss, report: `Memory of ctdbd, pid ${Deno.pid}\n${lines.join("\n")}\n` };
}
