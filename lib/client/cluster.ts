import { distributionDirs, resolvePaths } from "../config/mod.ts";
import type { ControlReply, ControlRequest, LiveControlName } from "../wire/mod.ts";
import {
  decode,
  INACTIVE_FLAGS,
  type MessageName,
  parseSocketAddress,
  type SocketAddress,
  Srvid,
  u32,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import type { OpenDatabaseOptions } from "./attach.ts";
import { type AnyDatabase, attachDatabase } from "./attach-database.ts";
import type { ControlOptions } from "./cluster-client.ts";
import {
  type ClusterEvent,
  type ClusterNode,
  describeNodes,
  type HostedAddress,
  type TickleConnection,
  type TickleEnd,
} from "./cluster-state.ts";
import { ClusterWatch } from "./cluster-watch.ts";
import type { ConnectOptions } from "./daemon-connection.ts";
import type { GlobalLock, LockOptions } from "./global-lock.ts";
import type { ReplicatedDatabase } from "./replicated-database.ts";
import { ClusterSession } from "./session.ts";
import { Subscription } from "./subscription.ts";
import type { VolatileDatabase } from "./volatile-database.ts";

/** Where packages put the daemon's socket. */
export const DEFAULT_SOCKET = resolvePaths({}, distributionDirs).ctdbdSocket;

/** How to reach the local daemon. */
export interface ConnectToClusterOptions extends ConnectOptions {
  /** The daemon's Unix socket; where packages put it by default. */
  readonly socket?: string;
  /**
   * Connect again, and again, when the daemon has gone. What that does not bring back is told by
   * {@link Cluster.watch}; calls fail in between. Without it everything ends with the daemon.
   */
  readonly reconnect?: boolean;
}

/** What a call may be given. */
export interface CallOptions {
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

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
  const { socket = DEFAULT_SOCKET, reconnect = false, ...rest } = options;
  return new Cluster(await ClusterSession.open({ ...rest, socket, reconnect }));
}

/** A cluster, seen from one of its nodes. Made by {@link connect}. */
export class Cluster implements AsyncDisposable {
  readonly #session: ClusterSession;

  /** @ignore */
  constructor(session: ClusterSession) {
    this.#session = session;
  }

  /** The number of this node. */
  get pnn(): number {
    return this.#session.client.pnn;
  }

  /** Settles when the connection has ended for good, for instance because the daemon has. */
  get ended(): Promise<void> {
    return this.#session.ended;
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
  async nodes(options: CallOptions = {}): Promise<ClusterNode[]> {
    return describeNodes(await this.control(this.pnn, "GET_NODEMAP", undefined, options));
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
   * console.log(await cluster.leader({ signal: AbortSignal.timeout(30_000) }));
   * ```
   */
  async leader(options: CallOptions = {}): Promise<number> {
    using messages = await this.subscribe("LEADER", options);
    for (;;) {
      const data = await messages.next(options);
      if (data === undefined) return UNKNOWN_PNN;
      // A message of another size is not from a leader.
      const pnn = data.length === 4 ? decode(u32, data) : UNKNOWN_PNN;
      if (pnn !== UNKNOWN_PNN) return pnn;
    }
  }

  /**
   * Tells what happens: nodes that change their state, another leader, recoveries, public addresses
   * that leave this node. Begins with the nodes as they are.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect({ reconnect: true });
   * for await (const event of cluster.watch()) {
   *   console.log(event);
   *   if (event.event === "nodes") break;
   * }
   * ```
   */
  async *watch(options: CallOptions = {}): AsyncGenerator<ClusterEvent, void, undefined> {
    using watch = await ClusterWatch.start(this.#session);
    for (;;) {
      const event = await watch.events.next(options.signal);
      if (event === undefined) return;
      yield event;
    }
  }

  /**
   * Opens a database, creating it on all nodes when there is none. Its kind decides what can be done
   * with it. It is closed with the cluster.
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
  openDatabase(
    name: string,
    options?: OpenDatabaseOptions & { readonly kind?: "volatile" },
  ): Promise<VolatileDatabase>;
  /** Opens a database that changes in transactions. */
  openDatabase(
    name: string,
    options: OpenDatabaseOptions & { readonly kind: "persistent" | "replicated" },
  ): Promise<ReplicatedDatabase>;
  async openDatabase(name: string, options: OpenDatabaseOptions = {}): Promise<AnyDatabase> {
    const { client, globalLocks } = this.#session;
    const database = await attachDatabase(client, name, options, globalLocks);
    this.#session.keep(database);
    return database;
  }

  /**
   * Takes a lock that only one in the whole cluster has, waiting for it. It is given up by its
   * disposal, and lost with the connection or the node.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * {
   *   await using lock = await cluster.lock("nightly report");
   *   console.log(`node ${cluster.pnn} has ${lock.name}`);
   * }
   * ```
   */
  async lock(name: string, options: LockOptions = {}): Promise<GlobalLock> {
    const lock = await this.#session.globalLocks.take(name, options);
    this.#session.keepLock(lock);
    return lock;
  }

  /**
   * The public addresses of the cluster and where they are. Only a node's own word counts, so all
   * active nodes are asked.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * for (const { address, pnn } of await cluster.publicAddresses()) console.log(address, pnn);
   * ```
   */
  async publicAddresses(options: CallOptions = {}): Promise<HostedAddress[]> {
    const map = await this.control(this.pnn, "GET_NODEMAP", undefined, options);
    const found = new Map<string, HostedAddress>();
    for (const { pnn } of map.filter(({ flags }) => (flags & INACTIVE_FLAGS) === 0)) {
      const known = await this.control(pnn, "GET_PUBLIC_IPS", undefined, options);
      for (const { address: { address }, pnn: holder } of known) {
        if (holder === pnn) found.set(address, { address, pnn });
        else if (!found.has(address)) found.set(address, { address, pnn: undefined });
      }
    }
    return [...found.values()];
  }

  /**
   * The connections to a public address of this node that are told when it moves: a node that takes
   * it over makes each client notice at once ("tickles" it).
   */
  async tickles(address: string, options: CallOptions = {}): Promise<TickleConnection[]> {
    const request = parseSocketAddress(address);
    const list = await this.control(this.pnn, "GET_TCP_TICKLE_LIST", request, options);
    return list.connections.map(({ src, dst }) => ({
      source: endpointOf(src),
      destination: endpointOf(dst),
    }));
  }

  /** Adds a connection to those that are told when its public address moves. */
  async addTickle(connection: TickleConnection, options: CallOptions = {}): Promise<void> {
    await this.control(this.pnn, "TCP_ADD_DELAYED_UPDATE", wireConnection(connection), options);
  }

  /** Takes a connection out of those that are told. */
  async removeTickle(connection: TickleConnection, options: CallOptions = {}): Promise<void> {
    await this.control(this.pnn, "TCP_REMOVE", wireConnection(connection), options);
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
    return this.#session.client.control(pnn, name, request, options);
  }

  /** Sends a message to whoever listens to `srvid` on a node; nothing tells whether it arrived. */
  message(pnn: number, srvid: bigint | MessageName, data: Uint8Array): void {
    this.#session.client.message(pnn, srvidOf(srvid), data);
  }

  /**
   * Listens to the messages to a srvid on this node: a number of one's own, or the name of a message
   * of CTDB itself.
   *
   * @example
   * ```ts
   * import { connect } from "ctdb-deno";
   *
   * await using cluster = await connect();
   * using messages = await cluster.subscribe(0xae00_0000_0000_0001n);
   * cluster.message(cluster.pnn, 0xae00_0000_0000_0001n, new TextEncoder().encode("hello"));
   * for await (const data of messages) {
   *   console.log(new TextDecoder().decode(data));
   *   break;
   * }
   * ```
   */
  async subscribe(srvid: bigint | MessageName, options: CallOptions = {}): Promise<Subscription> {
    options.signal?.throwIfAborted();
    const subscription = new Subscription(srvidOf(srvid));
    await this.#session.register(subscription);
    return subscription;
  }

  /** Closes all databases and the connection. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Closes it at the end of a block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function srvidOf(srvid: bigint | MessageName): bigint {
  return typeof srvid === "bigint" ? srvid : Srvid[srvid];
}

function endpointOf({ address, port }: SocketAddress): TickleEnd {
  return { address, port };
}

function wireConnection({ source, destination }: TickleConnection) {
  return {
    src: parseSocketAddress(source.address, source.port),
    dst: parseSocketAddress(destination.address, destination.port),
  };
}
