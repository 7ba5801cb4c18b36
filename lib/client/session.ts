import { LONGEST_RECONNECT_RETRY_MS } from "../limits/mod.ts";
import { ConnectionError } from "./errors.ts";
import type { AnyDatabase } from "./attach-database.ts";
import { pause } from "./chain-locks.ts";
import type { LostState } from "./cluster-state.ts";
import { type ConnectOptions, DaemonConnection } from "./daemon-connection.ts";
import { type GlobalLock, GlobalLocks } from "./global-lock.ts";
import type { Subscription } from "./subscription.ts";

const FIRST_RETRY_MS = 100;

/** How a session reaches its daemon. */
export interface ClusterSessionOptions extends ConnectOptions {
  readonly socket: string;
  /** Whether to connect again when the daemon has gone. */
  readonly reconnect: boolean;
}

/** What a program has at its daemon, over more than one connection if that is wanted. */
export class ClusterSession {
  /** Called after each new connection. */
  readonly onReconnected = new Set<(lost: LostState) => void>();
  readonly #databases = new Set<AnyDatabase>();
  readonly #locks = new Set<GlobalLock>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #options: ClusterSessionOptions;
  readonly #closing = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #client: DaemonConnection;
  #globalLocks: GlobalLocks;

  private constructor(client: DaemonConnection, options: ClusterSessionOptions) {
    this.#client = client;
    this.#options = options;
    this.#globalLocks = new GlobalLocks(client);
    this.#watch(client);
  }

  /** Connects for the first time; throws a `ConnectionError` if that fails. */
  static async open(options: ClusterSessionOptions): Promise<ClusterSession> {
    return new ClusterSession(await DaemonConnection.connect(options.socket, options), options);
  }

  /** Notes a database that was opened by the connection of now. */
  keep(database: AnyDatabase): void {
    for (const known of this.#databases) if (known.isClosed) this.#databases.delete(known);
    this.#databases.add(database);
  }

  /** Notes a lock that was taken by the connection of now. */
  keepLock(lock: GlobalLock): void {
    for (const known of this.#locks) if (known.isReleased) this.#locks.delete(known);
    this.#locks.add(lock);
  }

  /** The connection of now; its calls fail between two connections. */
  get client(): DaemonConnection {
    return this.#client;
  }

  /** Takes locks by the connection of now. */
  get globalLocks(): GlobalLocks {
    return this.#globalLocks;
  }

  /** Settles when there is no connection and will be none. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Registers a subscription at the daemon, now and after each new connection. */
  async register(subscription: Subscription): Promise<void> {
    this.#subscriptions.add(subscription);
    try {
      await this.#subscribe(subscription);
    } catch (error) {
      // Between two connections it is registered with the next one.
      const passing = this.#options.reconnect && error instanceof ConnectionError;
      if (passing && !this.#closing.signal.aborted) return;
      this.#subscriptions.delete(subscription);
      throw error;
    }
  }

  /** Closes everything. */
  async close(): Promise<void> {
    this.#closing.abort(new ConnectionError("Connection to the daemon: closed"));
    for (const subscription of this.#subscriptions) subscription.close();
    this.#forget();
    await this.#client[Symbol.asyncDispose]();
    this.#ended.resolve();
  }

  #watch(client: DaemonConnection): void {
    client.ended.then(() => this.#connectionEnded()).catch((error) => {
      for (const subscription of this.#subscriptions) subscription.fail(error);
      this.#ended.resolve();
    });
  }

  async #connectionEnded(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    if (!this.#options.reconnect) {
      throw new ConnectionError("Connection to the daemon: it has ended");
    }
    const lost = this.#forget();
    const client = await this.#connectAgain();
    this.#client = client;
    this.#globalLocks = new GlobalLocks(client);
    this.#watch(client);
    // Should this fail the connection has ended again, and the next one does it.
    await Promise.allSettled([...this.#subscriptions].map((one) => this.#subscribe(one)));
    for (const tell of this.onReconnected) tell(lost);
  }

  async #connectAgain(): Promise<DaemonConnection> {
    const { signal } = this.#closing;
    const { timeout_ms } = this.#options;
    for (
      let delay_ms = FIRST_RETRY_MS;;
      delay_ms = Math.min(delay_ms * 2, LONGEST_RECONNECT_RETRY_MS)
    ) {
      await pause(delay_ms, signal);
      try {
        const options = { signal, ...(timeout_ms === undefined ? {} : { timeout_ms }) };
        return await DaemonConnection.connect(this.#options.socket, options);
      } catch (error) {
        if (!(error instanceof ConnectionError) || signal.aborted) throw error;
      }
    }
  }

  async #subscribe(subscription: Subscription): Promise<void> {
    const stop = await this.#client.subscribe(
      subscription.srvid,
      (data) => subscription.push(data),
    );
    subscription.attach(() => {
      stop();
      this.#subscriptions.delete(subscription);
    });
  }

  /** Closes what the end of a connection has made useless, and says what it was. */
  #forget(): LostState {
    const lost = {
      databases: [...this.#databases].filter(({ isClosed }) => !isClosed).map(({ name }) => name),
      locks: [...this.#locks].filter(({ isReleased }) => !isReleased).map(({ name }) => name),
      subscriptions: [...this.#subscriptions].map(({ srvid }) => srvid),
    };
    for (const database of this.#databases) database.close();
    this.#databases.clear();
    this.#locks.clear();
    this.#globalLocks.close();
    return lost;
  }
}
