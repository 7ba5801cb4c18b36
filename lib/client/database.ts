import type { Tdb } from "../tdb/mod.ts";
import { readRecordHeader, recordData, type ServerId } from "../wire/mod.ts";
import {
  type AttachedDatabase,
  attachFile,
  type AttachOptions,
  type DatabaseKind,
} from "./attach.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { DatabaseError } from "./errors.ts";
import { G_LOCK_DATABASE, type GLockKind, lockGlobally } from "./g-lock.ts";
import { fetchLocked, type FetchOptions, type LockedRecord } from "./locked-record.ts";
import { Transaction } from "./transaction.ts";
import { type DatabaseRecord, traverse, type TraverseOptions } from "./traverse.ts";

/** How a transaction is made. */
export interface TransactionOptions {
  /** Which other programs it keeps out; `ctdb` by default. */
  readonly lock?: GLockKind;
  readonly signal?: AbortSignal;
}

/**
 * Attaches a database by name, creating it when there is none.
 *
 * @throws {AttachError} the daemon refuses: another kind, an unhealthy database, an inactive node
 */
export async function attachDatabase(
  client: DaemonConnection,
  name: string,
  options: AttachOptions = {},
): Promise<Database> {
  return new Database(client, await attachFile(client, name, options), options);
}

/**
 * An attached database. Records of volatile databases are used one at a time with
 * {@link Database.fetchLocked}; those of persistent and replicated ones change in
 * {@link Database.transaction}.
 */
export class Database implements Disposable {
  readonly #client: DaemonConnection;
  readonly #attached: AttachedDatabase;
  readonly #options: AttachOptions;
  #gLock: Promise<Database> | undefined;
  #transactions = 0;
  #closed = false;

  /** @ignore Made by {@link attachDatabase}. */
  constructor(client: DaemonConnection, attached: AttachedDatabase, options: AttachOptions) {
    this.#client = client;
    this.#attached = attached;
    this.#options = options;
  }

  get id(): number {
    return this.#attached.id;
  }

  get name(): string {
    return this.#attached.name;
  }

  get kind(): DatabaseKind {
    return this.#attached.kind;
  }

  /** The file on this node. */
  get path(): string {
    return this.#attached.path;
  }

  /**
   * Fetches a record of a volatile database to this node and locks it there.
   *
   * @throws {DatabaseError} the database is of another kind, or the key is empty
   */
  async fetchLocked(key: Uint8Array, options: FetchOptions = {}): Promise<LockedRecord> {
    this.#assertKind(["volatile"], "fetch a record");
    const { id, name } = this;
    const database = { id, name, tdb: this.#tdb, locks: this.#attached.file.locks };
    return await fetchLocked(this.#client, database, key, options);
  }

  /**
   * Runs `work` in a transaction of a persistent or replicated database. When it returns, the
   * changes are on the disks of all nodes; when it throws, nothing has changed. Transactions of the
   * whole cluster run one after the other.
   *
   * @returns what `work` returned
   * @throws {DatabaseError} the database is volatile, or the commit failed
   */
  async transaction<T>(
    work: (transaction: Transaction) => T | Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    this.#assertKind(["persistent", "replicated"], "start a transaction");
    const unlock = await this.#lockForTransaction(options);
    const { id, name } = this;
    const transaction = new Transaction(this.#client, { id, name, tdb: this.#tdb });
    try {
      const result = await work(transaction);
      await transaction.commit(options.signal);
      return result;
    } finally {
      transaction.cancel();
      // Without a connection there is no lock either.
      if (this.#client.isOpen) await unlock();
    }
  }

  /**
   * The value of a record of a persistent or replicated database; `undefined` when there is none.
   * Asks nobody: all nodes have all records.
   */
  fetch(key: Uint8Array): Uint8Array | undefined {
    this.#assertKind(["persistent", "replicated"], "fetch without a lock");
    const stored = this.#tdb.fetch(key);
    if (stored === undefined || readRecordHeader(stored) === undefined) return undefined;
    const value = recordData(stored);
    return value.length === 0 ? undefined : value;
  }

  /** All records of all nodes (see {@link traverse}). */
  traverse(options: TraverseOptions = {}): AsyncGenerator<DatabaseRecord, void, undefined> {
    return traverse(this.#client, this.id, options);
  }

  /** The copies of records that are in the local file, deleted ones too. */
  localRecords(): DatabaseRecord[] {
    const records: DatabaseRecord[] = [];
    this.#tdb.traverseRead((key, stored) => {
      const header = readRecordHeader(stored);
      if (header !== undefined) records.push({ key, header, value: recordData(stored) });
    });
    return records;
  }

  /** Closes the local file. The cluster keeps the database. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#attached.file.close();
    this.#gLock?.then((database) => database.close()).catch(() => {});
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #tdb(): Tdb {
    if (this.#closed) throw new DatabaseError(`Use a closed database: ${this.name}`);
    return this.#attached.file.tdb;
  }

  async #lockForTransaction({ lock, signal }: TransactionOptions): Promise<() => Promise<void>> {
    this.#gLock ??= attachDatabase(this.#client, G_LOCK_DATABASE, {
      ...(this.#options.open === undefined ? {} : { open: this.#options.open }),
    });
    const name = `transaction_db_0x${this.id.toString(16).padStart(8, "0")}`;
    return await lockGlobally(this.#client, await this.#gLock, name, {
      owner: this.#newOwner(),
      kind: lock ?? "ctdb",
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Each transaction is another owner, so that those of one process wait for each other. */
  #newOwner(): ServerId {
    const pid = BigInt(Deno.pid);
    const taskId = ++this.#transactions;
    return { pid, taskId, vnn: this.#client.pnn, uniqueId: (BigInt(taskId) << 32n) | pid };
  }

  #assertKind(kinds: readonly DatabaseKind[], action: string): void {
    if (kinds.includes(this.kind)) return;
    throw new DatabaseError(`Database is ${this.kind}, ${action}: ${this.name}`);
  }
}
