import { readRecordHeader, recordData } from "../wire/mod.ts";
import type { AttachedDatabase } from "./attach.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { Database } from "./database.ts";
import type { GlobalLocks } from "./global-lock.ts";
import type { GLockKind } from "./g-lock.ts";
import { Transaction } from "./transaction.ts";

/** How a transaction is made. */
export interface TransactionOptions {
  /** Which other programs it keeps out; `ctdb` by default. */
  readonly lock?: GLockKind;
  /** Stops waiting for the lock, or for the commit, which may still take effect. */
  readonly signal?: AbortSignal;
}

/**
 * A database whose records are all on all nodes: on their disks (`persistent`), or for as long as the
 * cluster lives (`replicated`). It changes in transactions.
 */
export class ReplicatedDatabase extends Database {
  readonly #locks: GlobalLocks;
  readonly #ownsLocks: boolean;

  /** @ignore Made by `attachDatabase`. */
  constructor(
    client: DaemonConnection,
    attached: AttachedDatabase,
    locks: GlobalLocks,
    ownsLocks: boolean,
  ) {
    super(client, attached);
    this.#locks = locks;
    this.#ownsLocks = ownsLocks;
  }

  /**
   * Runs `work` in a transaction. When it returns, the changes are on all nodes; when it throws,
   * nothing has changed. Transactions of the whole cluster run one after the other.
   *
   * @returns what `work` returned
   * @throws {DatabaseError} the commit failed
   */
  async transaction<T>(
    work: (transaction: Transaction) => T | Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const { id, name, tdb } = this;
    const lockName = `transaction_db_0x${id.toString(16).padStart(8, "0")}`;
    const { signal, lock: kind } = options;
    await using _lock = await this.#locks.take(lockName, {
      ...(kind === undefined ? {} : { kind }),
      ...(signal === undefined ? {} : { signal }),
    });
    const transaction = new Transaction(this.client, { id, name, tdb });
    try {
      const result = await work(transaction);
      await transaction.commit(signal);
      return result;
    } finally {
      transaction.cancel();
    }
  }

  /**
   * The value of a record; `undefined` when there is none. Asks nobody: all nodes have all records.
   */
  fetch(key: Uint8Array): Uint8Array | undefined {
    const stored = this.tdb.fetch(key);
    if (stored === undefined || readRecordHeader(stored) === undefined) return undefined;
    const value = recordData(stored);
    return value.length === 0 ? undefined : value;
  }

  /** Closes the local file. The cluster keeps the database. Twice does nothing. */
  override close(): void {
    super.close();
    if (this.#ownsLocks) this.#locks.close();
  }
}
