import { distributionDirs, resolvePaths } from "../config/mod.ts";
import type { ControlReply, ControlRequest, LiveControlName } from "../wire/mod.ts";
import { decode, INACTIVE_FLAGS, NodeFlag, Srvid, u32, UNKNOWN_PNN } from "../wire/mod.ts";
import type { AttachOptions } from "./attach.ts";
import { abortable } from "./chain-locks.ts";
import type { ControlOptions } from "./cluster-client.ts";
import { type ConnectOptions, DaemonConnection } from "./daemon-connection.ts";
import { attachDatabase, type Database } from "./database.ts";

/** Where packages put the daemon's socket. */
export const DEFAULT_SOCKET = resolvePaths({}, distributionDirs).ctdbdSocket;

/** How to reach the local daemon. */
export interface ConnectToClusterOptions extends ConnectOptions {
  /** The daemon's Unix socket; {@link DEFAULT_SOCKET} by default. */
  readonly socket?: string;
}

/** A node of the cluster. */
export interface ClusterNode {
  readonly pnn: number;
  readonly address: string;
  /** The most serious thing that is wrong with it, or `ok`. */
  readonly state: "ok" | "disconnected" | "banned" | "stopped" | "disabled" | "unhealthy";
  /** Whether it takes part in the databases. */
  readonly active: boolean;
}

/** What a node is called with a flag set, the most serious one first. */
const STATES: readonly (readonly [flag: number, state: ClusterNode["state"]])[] = [
  [NodeFlag.DISCONNECTED, "disconnected"],
  [NodeFlag.BANNED, "banned"],
  [NodeFlag.STOPPED, "stopped"],
  [NodeFlag.PERMANENTLY_DISABLED, "disabled"],
  [NodeFlag.UNHEALTHY, "unhealthy"],
];

/**
 * Connects to the daemon of this node.
 *
 * @example
 * ```ts
 * import { connect } from "ctdb-deno";
 *
 * await using cluster = await connect({ signal: AbortSignal.timeout(5_000) });
 * console.log(cluster.pnn);
 * ```
 *
 * @throws {ConnectionError} no daemon listens at the socket, or it does not answer
 */
export async function connect(options: ConnectToClusterOptions = {}): Promise<Cluster> {
  const { socket = DEFAULT_SOCKET, ...rest } = options;
  return new Cluster(await DaemonConnection.connect(socket, rest));
}

/** A cluster, seen from one of its nodes. Made by {@link connect}. */
export class Cluster implements AsyncDisposable {
  readonly #client: DaemonConnection;
  readonly #databases = new Set<Database>();

  /** @ignore */
  constructor(client: DaemonConnection) {
    this.#client = client;
  }

  /** The number of this node. */
  get pnn(): number {
    return this.#client.pnn;
  }

  /** Settles when the connection has ended, for instance because the daemon has. */
  get ended(): Promise<void> {
    return this.#client.ended;
  }

  /**
   * All nodes that are not deleted, in the order of their numbers.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * const active = (await cluster.nodes()).filter((node) => node.active);
   * console.log(`${active.length} nodes are active`);
   * ```
   */
  async nodes(options: ControlOptions = {}): Promise<ClusterNode[]> {
    const map = await this.#client.control(this.pnn, "GET_NODEMAP", undefined, options);
    return map.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0)
      .map(({ pnn, flags, address }) => ({
        pnn,
        address: address.address,
        state: STATES.find(([flag]) => (flags & flag) !== 0)?.[1] ?? "ok",
        active: (flags & INACTIVE_FLAGS) === 0,
      }));
  }

  /**
   * The number of the node that leads the cluster; waits until one says that it does. C daemons say
   * so once a second.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * console.log(await cluster.leader(AbortSignal.timeout(30_000)));
   * ```
   */
  async leader(signal?: AbortSignal): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const stop = await this.subscribe(Srvid.LEADER, (data) => {
      // A message of another size is not from a leader.
      const pnn = data.length === 4 ? decode(u32, data) : UNKNOWN_PNN;
      if (pnn !== UNKNOWN_PNN) resolve(pnn);
    });
    try {
      return await abortable(promise, signal);
    } finally {
      stop();
    }
  }

  /**
   * Attaches a database, creating it on all nodes when there is none. It is closed with the cluster.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * const bytes = (text: string) => new TextEncoder().encode(text);
   *
   * const sessions = await cluster.openDatabase("example-sessions.tdb");
   * {
   *   using record = await sessions.fetchLocked(bytes("alice"));
   *   record.store(bytes("logged in"));
   * }
   *
   * const settings = await cluster.openDatabase("example-settings.tdb", { kind: "persistent" });
   * await settings.transaction((transaction) => {
   *   transaction.store(bytes("colour"), bytes("green"));
   * });
   * for await (const { key } of settings.traverse()) console.log(new TextDecoder().decode(key));
   * ```
   *
   * @throws {AttachError} it is of another kind, it is unhealthy, or this node is not active
   */
  async openDatabase(name: string, options: AttachOptions = {}): Promise<Database> {
    const database = await attachDatabase(this.#client, name, options);
    this.#databases.add(database);
    return database;
  }

  /**
   * Sends a control of the protocol and waits for its answer.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * console.log(await cluster.control(cluster.pnn, "GET_TUNABLE", "MonitorInterval"));
   * ```
   *
   * @throws {ControlError} the daemon refuses
   * @throws {RequestTimeoutError} there is no answer in time
   */
  control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options: ControlOptions = {},
  ): Promise<ControlReply<N>> {
    return this.#client.control(pnn, name, request, options);
  }

  /** Sends a message to whoever has registered `srvid` on a node. */
  message(pnn: number, srvid: bigint, data: Uint8Array): void {
    this.#client.message(pnn, srvid, data);
  }

  /**
   * Hands messages to `srvid` to `handler` until the returned function is called.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * const { promise, resolve } = Promise.withResolvers<Uint8Array>();
   * const stop = await cluster.subscribe(0xae00_0000_0000_0001n, resolve);
   * cluster.message(cluster.pnn, 0xae00_0000_0000_0001n, new TextEncoder().encode("hello"));
   * console.log(new TextDecoder().decode(await promise));
   * stop();
   * ```
   */
  subscribe(srvid: bigint, handler: (data: Uint8Array) => void): Promise<() => void> {
    return this.#client.subscribe(srvid, handler);
  }

  /** Closes all databases and the connection. */
  async close(): Promise<void> {
    for (const database of this.#databases) database.close();
    this.#databases.clear();
    await this.#client[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
