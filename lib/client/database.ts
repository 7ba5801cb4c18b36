import type { Tdb } from "../tdb/mod.ts";
import { readRecordHeader, recordData } from "../wire/mod.ts";
import type { AttachedDatabase, DatabaseKind } from "./attach.ts";
import type { DaemonConnection } from "./daemon-connection.ts";
import { DatabaseError } from "./errors.ts";
import type { SharedFile } from "./shared-files.ts";
import { type DatabaseRecord, traverse, type TraverseOptions } from "./traverse.ts";

/** What databases of all kinds have in common. */
export abstract class Database implements Disposable {
  /** @ignore The connection it was attached by. */
  protected readonly client: DaemonConnection;
  readonly #attached: AttachedDatabase;
  #closed = false;

  /** @ignore Made by `attachDatabase`. */
  constructor(client: DaemonConnection, attached: AttachedDatabase) {
    this.client = client;
    this.#attached = attached;
  }

  /** The number of the database, by which the protocol knows it. */
  get id(): number {
    return this.#attached.id;
  }

  /** The name of the database. */
  get name(): string {
    return this.#attached.name;
  }

  /** Where its records are. */
  get kind(): DatabaseKind {
    return this.#attached.kind;
  }

  /** The file on this node. */
  get path(): string {
    return this.#attached.path;
  }

  /** Whether it was closed, by its user or with the connection. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** All records of all nodes, without those that are deleted unless they are asked for. */
  traverse(options: TraverseOptions = {}): AsyncGenerator<DatabaseRecord, void, undefined> {
    return traverse(this.client, this.id, options);
  }

  /** The copies of records that are in the local file, deleted ones (empty) too. */
  localRecords(): DatabaseRecord[] {
    const records: DatabaseRecord[] = [];
    this.tdb.traverseRead((key, stored) => {
      const header = readRecordHeader(stored);
      if (header !== undefined) records.push({ key, header, value: recordData(stored) });
    });
    return records;
  }

  /** Closes the local file. The cluster keeps the database. Twice does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#attached.file.close();
  }

  /** Closes it at the end of a block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @ignore The open file; throws a `DatabaseError` after {@link close}. */
  protected get file(): SharedFile {
    if (this.#closed) throw new DatabaseError(`Use a closed database: ${this.name}`);
    return this.#attached.file;
  }

  /** @ignore Its content. */
  protected get tdb(): Tdb {
    return this.file.tdb;
  }
}
