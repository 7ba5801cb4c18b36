import type { ServerId } from "../wire/mod.ts";
import { attachFile, type AttachOptions } from "./attach.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { G_LOCK_DATABASE, type GLockKind, lockGlobally } from "./g-lock.ts";
import { endOwner, newOwner } from "./lock-owners.ts";
import { VolatileDatabase } from "./volatile-database.ts";

/** How a lock is taken. */
export interface LockOptions {
  /** Which other programs it keeps out; `ctdb` by default. */
  readonly kind?: GLockKind;
  /** Stops waiting for it. */
  readonly signal?: AbortSignal;
}

/**
 * A lock for the whole cluster, held until it is released. It is lost with the connection to the
 * daemon: then another may have it.
 */
export class GlobalLock implements AsyncDisposable {
  /** What it is called. */
  readonly name: string;
  readonly #client: DaemonConnection;
  readonly #owner: ServerId;
  readonly #unlock: () => Promise<void>;
  readonly #lost = new AbortController();
  #released = false;

  /** @ignore Made by `Cluster.lock`. */
  constructor(
    name: string,
    client: DaemonConnection,
    owner: ServerId,
    unlock: () => Promise<void>,
  ) {
    this.name = name;
    this.#client = client;
    this.#owner = owner;
    this.#unlock = unlock;
    client.ended.then(() => {
      endOwner(owner);
      if (!this.#released) this.#lost.abort(new DOMException(`Lock lost: ${name}`, "AbortError"));
    });
  }

  /** Aborts when the lock is lost: hand it to what must not go on without. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it was given up; one that was lost was not. */
  get isReleased(): boolean {
    return this.#released;
  }

  /** Gives the lock up. Twice does nothing. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    try {
      // Without a connection there is no lock either.
      if (this.#client.isOpen) await this.#unlock();
    } finally {
      endOwner(this.#owner);
    }
  }

  /** Gives it up at the end of a block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** The locks that one connection takes; the database that they are in is attached with the first. */
export class GlobalLocks {
  readonly #client: DaemonConnection;
  readonly #open: AttachOptions["open"];
  #records: Promise<VolatileDatabase> | undefined;

  constructor(client: DaemonConnection, open?: AttachOptions["open"]) {
    this.#client = client;
    this.#open = open;
  }

  /** Waits for a lock. Those of one process wait for each other, too. */
  async take(name: string, { kind = "ctdb", signal }: LockOptions = {}): Promise<GlobalLock> {
    const records = await (this.#records ??= this.#attach());
    const owner = newOwner(this.#client.pnn);
    const options = { owner, kind, ...(signal === undefined ? {} : { signal }) };
    try {
      const unlock = await lockGlobally(this.#client, records, name, options);
      return new GlobalLock(name, this.#client, owner, unlock);
    } catch (error) {
      endOwner(owner);
      throw error;
    }
  }

  /** Closes the database of the locks. */
  close(): void {
    this.#records?.then((database) => database.close()).catch(() => {});
    this.#records = undefined;
  }

  async #attach(): Promise<VolatileDatabase> {
    const options = this.#open === undefined ? {} : { open: this.#open };
    try {
      const attached = await attachFile(this.#client, G_LOCK_DATABASE, options);
      return new VolatileDatabase(this.#client, attached);
    } catch (error) {
      // The next one tries again.
      this.#records = undefined;
      throw error;
    }
  }
}
