import { CtdbError, type Logger, messageOf } from "../base/mod.ts";
import { DaemonConnection } from "../client/mod.ts";
import { LeaderWatch } from "../survey/mod.ts";

/** The node cannot be asked now. */
export class NodeAwayError extends CtdbError {}

/** Between two attempts to connect. */
const RETRY_MS = 250;
/** A node that does not answer for so long hangs. */
const PATIENCE_MS = 3000;

/** What the access to a node stands on. */
interface Ports {
  /** The daemon's client socket. */
  readonly socket: string;
  readonly log: Logger;
  /** A connection is there; awaited before anybody else uses it. */
  readonly onConnect: (client: DaemonConnection) => Promise<void>;
  readonly onDisconnect: () => void;
}

/**
 * The node as one of its clients sees it: one connection to its socket, made again when it ends. All
 * that the admin API knows of the core comes through here.
 */
export class NodeAccess {
  readonly #ports: Ports;
  #client: DaemonConnection | undefined;
  #watch: LeaderWatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #failure = "not yet connected";

  constructor(ports: Ports) {
    this.#ports = ports;
    void this.#connect();
  }

  /** @throws {NodeAwayError} there is no connection now */
  get client(): DaemonConnection {
    if (this.#client === undefined) throw new NodeAwayError(`Ask the node: ${this.#failure}`);
    return this.#client;
  }

  /** Who says that it leads, as far as this node has heard. */
  get leader(): number | undefined {
    return this.#watch?.pnn;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#client?.close();
  }

  async #connect(): Promise<void> {
    try {
      const timeout_ms = PATIENCE_MS;
      const client = await DaemonConnection.connect(this.#ports.socket, { timeout_ms });
      if (this.#closed) return client.close();
      void client.ended.then(() => this.#ended(client));
      this.#watch = await LeaderWatch.start(client);
      await this.#ports.onConnect(client);
      if (client.isOpen) this.#client = client;
      else this.#retry();
    } catch (error) {
      // Nothing that is wrong here may end the daemon, as what nobody catches does.
      if (!(error instanceof CtdbError)) this.#ports.log.error(`Admin API: ${messageOf(error)}`);
      this.#failure = messageOf(error);
      this.#retry();
    }
  }

  #ended(client: DaemonConnection): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#watch = undefined;
    this.#failure = "the connection has ended";
    this.#ports.onDisconnect();
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#connect(), RETRY_MS);
  }
}
