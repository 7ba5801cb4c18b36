import type { MemoryHelperLock, Tdb } from "../../../lib/tdb/mod.ts";
import {
  CallFlag,
  CallId,
  CURRENT_NODE,
  readRecordHeader,
  recordData,
  RecordFlag,
  type RecordHeader,
  recordValue,
} from "../../../lib/wire/mod.ts";
import type { Client } from "./client.ts";
import type { Access } from "./machine.ts";

/** A record that its client has locked. */
export interface LockedRecord {
  readonly header: RecordHeader;
  readonly data: Uint8Array;
  /** Stores new data; empty data deletes. */
  store(data: Uint8Array): void;
  unlock(): void;
}

/** A clustered database as a client opens it: the daemon's file, and calls for what is not here. */
export class ClientDatabase {
  readonly id: number;
  readonly name: string;
  readonly tdb: Tdb;
  readonly #client: Client;
  readonly #path: string;
  /** Locks that are held or waited for outside of {@link tdb}. */
  readonly #locks = new Set<MemoryHelperLock>();
  /** The record that this client has locked. */
  #access: Access | undefined;

  private constructor(client: Client, id: number, name: string, path: string, tdb: Tdb) {
    this.#client = client;
    this.id = id;
    this.name = name;
    this.#path = path;
    this.tdb = tdb;
    client.process.atEnd(() => {
      tdb.close();
      for (const lock of this.#locks) lock.release();
      this.#access?.left();
    });
  }

  static async attach(
    client: Client,
    name: string,
    control: "DB_ATTACH" | "DB_ATTACH_PERSISTENT" | "DB_ATTACH_REPLICATED" = "DB_ATTACH",
  ): Promise<ClientDatabase> {
    const id = await client.control(CURRENT_NODE, control, name);
    const path = await client.control(CURRENT_NODE, "GETDBPATH", id);
    const flags = await client.control(CURRENT_NODE, "DB_OPEN_FLAGS", id);
    const owner = client.process.name + " " + client.process.pid;
    const tdb = client.machine.disk.open(path, { flags, owner });
    return new ClientDatabase(client, id, name, path, tdb);
  }

  /** The record, here and locked (`records.md` 5.1). */
  async fetchLocked(key: Uint8Array): Promise<LockedRecord> {
    const client = this.#client;
    const { witness } = client.machine;
    for (;;) {
      const unlock = await this.lockChain(key);
      const value = this.tdb.fetch(key);
      const header = value === undefined ? undefined : readRecordHeader(value);
      if (value !== undefined && header !== undefined && usable(header, client.pnn)) {
        const data = recordData(value);
        const access = this.#access = witness.enters(client.machine, this.name, key, data);
        return {
          header,
          data,
          store: (newData) => {
            access.stored(newData);
            this.tdb.store(key, recordValue(header, newData));
            if (newData.length > 0) return;
            client.controlNoReply(CURRENT_NODE, "SCHEDULE_FOR_DELETION", {
              dbId: this.id,
              header,
              key,
            });
          },
          unlock: () => {
            access.left();
            this.#access = undefined;
            unlock();
          },
        };
      }
      unlock();
      await client.call(this.id, key, CallId.NULL, CallFlag.IMMEDIATE_MIGRATION);
    }
  }

  /** The data of a record, from a copy if there is one (`records.md` 5.2). */
  async read(key: Uint8Array): Promise<Uint8Array> {
    const client = this.#client;
    const unlock = await this.lockChain(key);
    const value = this.tdb.fetch(key);
    unlock();
    const header = value === undefined ? undefined : readRecordHeader(value);
    const usable = header !== undefined &&
      (header.dmaster === client.pnn || (header.flags & RecordFlag.RO_HAVE_READONLY) !== 0);
    if (usable) return recordData(value!);
    const flags = header === undefined ? 0 : CallFlag.WANT_READONLY;
    return await client.call(this.id, key, CallId.FETCH, flags);
  }

  /** Takes the chain lock, in the queue with other processes. */
  async lockChain(key: Uint8Array): Promise<() => void> {
    const { tdb } = this;
    if (tdb.tryChainLock(key)) return () => tdb.chainUnlock(key);
    const { process, machine } = this.#client;
    const file = machine.disk.file(this.#path)!;
    const open = machine.scene.calls.begin(process, `chain lock in ${this.name}`);
    const lock = await new Promise<MemoryHelperLock>((resolve) => {
      const defer = (callback: () => void) => void process.setTimer(0, callback);
      const lock = file.waitForLock(key, defer, () => resolve(lock), `client ${process.pid}`);
      this.#locks.add(lock);
    });
    open.end();
    tdb.chainLockMark(key);
    return () => {
      tdb.chainLockUnmark(key);
      this.#locks.delete(lock);
      lock.release();
    };
  }
}

function usable(header: RecordHeader, pnn: number): boolean {
  return header.dmaster === pnn && (header.flags & RecordFlag.RO_HAVE_DELEGATIONS) === 0;
}
