import type { Tdb } from "../tdb/mod.ts";
import {
  BROADCAST_ACTIVE,
  CallFlag,
  CallId,
  readRecordHeader,
  recordData,
  RecordFlag,
  type RecordHeader,
  recordValue,
} from "../wire/mod.ts";
import type { ChainLocks } from "./chain-locks.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { DatabaseError } from "./errors.ts";

/** How a record is fetched. */
export interface FetchOptions {
  /** A read-only copy will do; the record cannot be stored then. */
  readonly readonly?: boolean;
  /** Stops waiting for the record. */
  readonly signal?: AbortSignal;
}

/** What {@link fetchLocked} works on. */
export interface LockableDatabase {
  readonly id: number;
  readonly name: string;
  readonly tdb: Tdb;
  readonly locks: ChainLocks;
}

const READ_ONLY_FLAGS = RecordFlag.RO_HAVE_READONLY | RecordFlag.RO_HAVE_DELEGATIONS;
const EMPTY = new Uint8Array();

/**
 * A record of a volatile database that this node owns, locked: nobody else in the cluster reads or
 * writes it until it is released. Keep the time short, and hold one record at a time.
 */
export class LockedRecord implements Disposable {
  /** The key that it was fetched by. */
  readonly key: Uint8Array;
  /** The data when it was fetched; `undefined` for a record that there is not. */
  readonly value: Uint8Array | undefined;
  /** What the daemons keep about it. */
  readonly header: RecordHeader;
  readonly #client: DaemonConnection;
  readonly #database: LockableDatabase;
  readonly #unlock: () => void;
  #released = false;

  /** @ignore Made by {@link fetchLocked}. */
  constructor(
    client: DaemonConnection,
    database: LockableDatabase,
    key: Uint8Array,
    stored: Uint8Array,
    unlock: () => void,
  ) {
    this.#client = client;
    this.#database = database;
    this.#unlock = unlock;
    this.key = key;
    this.header = readRecordHeader(stored)!;
    const value = recordData(stored);
    this.value = value.length === 0 ? undefined : value;
  }

  /** Whether it can be read only: it was fetched so, or other nodes have copies. */
  get isReadOnly(): boolean {
    return (this.header.flags & READ_ONLY_FLAGS) !== 0;
  }

  /** Replaces the data. */
  store(value: Uint8Array): void {
    this.#assertWritable();
    this.#database.tdb.storeLocked(this.key, recordValue(this.header, value));
  }

  /**
   * Replaces the data, and puts the record on all active nodes and their disks, so that it survives
   * this node (`next.md` 2.3). Nobody says whether and when it has arrived there.
   */
  async push(value: Uint8Array, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertWritable();
    const { header } = this;
    const flags = (header.flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0;
    const owned = { ...header, rsn: header.rsn + 1n, flags };
    // The owner's copy has to be the newest, or vacuuming would not remove the others with it.
    this.#database.tdb.storeLocked(this.key, recordValue(owned, value));
    const { pnn } = this.#client;
    const { generation } = await this.#client.control(pnn, "GETVNNMAP", undefined, options);
    const dbId = this.#database.id;
    const pushed = { generation, dbId, header: { ...header, flags }, key: this.key, value };
    this.#client.controlNoReply(BROADCAST_ACTIVE, "PUSH_RECORD", pushed);
  }

  /** Empties the record, and lets the daemons remove it everywhere in their own time. */
  delete(): void {
    this.store(EMPTY);
    this.#client.controlNoReply(this.#client.pnn, "SCHEDULE_FOR_DELETION", {
      dbId: this.#database.id,
      header: this.header,
      key: this.key,
    });
  }

  /** Unlocks the record. Twice does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#unlock();
  }

  /** Unlocks it at the end of a block. */
  [Symbol.dispose](): void {
    this.release();
  }

  #assertWritable(): void {
    if (this.#released) throw new DatabaseError(`Store after release: ${this.#database.name}`);
    if (this.isReadOnly) throw new DatabaseError(`Store a read-only copy: ${this.#database.name}`);
  }
}

/**
 * Fetches a record to this node and locks it (`records.md` 5.4): looks under the chain lock whether
 * it is here, and if not lets the daemon bring it, as often as it takes.
 *
 * @throws {DatabaseError} the key is empty
 */
export async function fetchLocked(
  client: DaemonConnection,
  database: LockableDatabase,
  key: Uint8Array,
  options: FetchOptions = {},
): Promise<LockedRecord> {
  if (key.length === 0) {
    throw new DatabaseError(`Fetch a record with an empty key: ${database.name}`);
  }
  const readonly = options.readonly ?? false;
  for (;;) {
    const unlock = await database.locks.lock(key, options.signal);
    try {
      const stored = database.tdb.fetch(key);
      const header = stored === undefined ? undefined : readRecordHeader(stored);
      if (header !== undefined && isUsable(header, client.pnn, readonly)) {
        return new LockedRecord(client, database, key, stored!, unlock);
      }
    } catch (error) {
      unlock();
      throw error;
    }
    unlock();
    await migrate(client, database.id, key, readonly, options.signal);
  }
}

/** Whether the copy on this node may be used as it is. */
function isUsable(header: RecordHeader, pnn: number, readonly: boolean): boolean {
  if (readonly && (header.flags & READ_ONLY_FLAGS) !== 0) return true;
  return header.dmaster === pnn && (header.flags & READ_ONLY_FLAGS) === 0;
}

async function migrate(
  client: DaemonConnection,
  dbId: number,
  key: Uint8Array,
  readonly: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const flags = CallFlag.IMMEDIATE_MIGRATION | (readonly ? CallFlag.WANT_READONLY : 0);
  await client.call({ dbId, callid: CallId.NULL, flags, key }, signal);
}
