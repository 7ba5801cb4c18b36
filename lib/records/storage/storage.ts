import type { DatabaseKind } from "../../client/mod.ts";
import type { ChainOwners, Tdb } from "../../tdb/mod.ts";
import type { Scratch } from "./scratch.ts";

export type { DatabaseKind };

/** What is needed to open a database. */
export interface DatabaseSpec {
  /** Name as attached, normally with `.tdb` at the end. */
  readonly name: string;
  readonly kind: DatabaseKind;
  /** Chains of a new file. */
  readonly hashSize: number;
}

/** A database file by its path, as another process has to open it. */
export interface DatabaseFile {
  readonly path: string;
  /** The flag word of the daemon's own handle. */
  readonly flags: number;
}

/** A lock that a helper process holds for us, or still waits for. */
export interface HelperLock {
  /** Process id of the helper once it runs; names the waiter in log lines. */
  readonly pid: number | undefined;
  /** Ends the helper, and with it the lock or the wait. No callback comes afterwards. */
  release(): void;
}

/** What a helper reports; each call comes in a turn of its own. */
export interface HelperLockEvents {
  /** The helper has the lock. */
  locked(): void;
  /** There will be no lock: the helper could not start, open the file or lock it. */
  failed(reason: string): void;
  /** The helper died after {@link locked}, and the lock with it. */
  lost(reason: string): void;
}

/** How a piece of work in the worker process ended. */
export type WorkOutcome =
  | { readonly ok: true }
  /** `refused`: the rule of the operation said no; otherwise the file, disk or worker failed. */
  | { readonly ok: false; readonly refused: boolean; readonly reason: string };

/** Work under way in the worker process. */
export interface Work {
  /**
   * Gives the work up: it is taken from the queue, or the worker is killed and the transaction rolled
   * back. No callback comes afterwards.
   */
  cancel(): void;
}

/**
 * The edge between the records layer and the disk: files, and the processes that do what would
 * block. The real one is in `storage/real-storage.ts`, the simulated one in
 * `storage/memory-storage.ts`.
 *
 * All callbacks come in later turns, never from inside the call that asked.
 */
export interface RecordsStorage {
  /** The file of a database; where it lies depends on its kind only (`records.md` 1.4). */
  pathOf(name: string, kind: DatabaseKind): string;
  /**
   * Opens, or creates, a database with the flags of its kind (`records.md` 1.5).
   * @throws {TdbError} when it cannot be opened.
   */
  openDatabase(spec: DatabaseSpec): Tdb;
  /** Opens the empty tracking database `<path>.RO` of read-only delegations. */
  openTracking(path: string, hashSize: number): Tdb;
  /** Opens, or creates, `persistent_health.tdb`. */
  openHealth(): Tdb;
  /** The file of {@link openHealth}. */
  readonly healthPath: string;
  /** Whether the content of the file is why it could not be opened. */
  isDamaged(error: unknown): boolean;
  /**
   * Gives a file that cannot be used another name, with the time in it, so that an administrator can
   * still look at it; returns that name.
   * @throws {RecordsError} when it cannot be renamed.
   */
  setAside(path: string): string;
  /** Names of the files in the persistent directory, in no special order. */
  persistentFiles(): readonly string[];

  /** Asks a helper process for the chain lock of `key`, however long that takes. */
  lockRecord(file: DatabaseFile, key: Uint8Array, events: HelperLockEvents): HelperLock;
  /** Asks a helper process for the lock over all chains, however long that takes. */
  lockDatabase(file: DatabaseFile, events: HelperLockEvents): HelperLock;
  /**
   * Who holds the chain of `key` (absent: any chain), for the log line about a lock that is not
   * granted: program and process id, or why nobody knows.
   */
  lockHolder(file: DatabaseFile, key?: Uint8Array): string;
  /** The chain of `key` with the threads that own its mutex; undefined when the file does not tell. */
  chainOwners(file: DatabaseFile, key: Uint8Array): ChainOwners | undefined;

  /** Runs the configured lock debug script, if any, about a lock that is not granted (14.3). */
  debugLock(file: DatabaseFile, kind: "RECORD" | "DB", helperPid: number | undefined): void;

  /**
   * In one transaction: checks and stores the records of a buffer by the rule of UPDATE_RECORD
   * (`records.md` 11.5) into a persistent or replicated database. All or nothing.
   */
  updateRecords(
    file: DatabaseFile,
    buffer: Uint8Array,
    done: (outcome: WorkOutcome) => void,
  ): Work;
  /**
   * In one transaction: empties the database if `wipe`, then stores the records of the buffers as
   * they are, read-only flags removed (`records.md` 13.5). All or nothing, also in a crash.
   */
  replaceRecords(
    file: DatabaseFile,
    content: { readonly wipe: boolean; readonly buffers: readonly Uint8Array[] },
    done: (outcome: WorkOutcome) => void,
  ): Work;
  /**
   * Rewrites the file without holes, in a transaction over the whole file, if its free list has at
   * least `limit` entries and nobody holds a chain just now (`records.md` 10.7).
   */
  repack(file: DatabaseFile, limit: number, done: (outcome: WorkOutcome) => void): Work;
  /**
   * Has what was written to a file reach the disk. In another process: closing a file here would
   * give up the locks that this one holds on it.
   */
  syncFile(file: DatabaseFile, done: (outcome: WorkOutcome) => void): Work;
  /**
   * Reads all records in a process of its own, one chain after the other: no snapshot, and no lock is
   * held between batches. `filter` is applied over there, so that what nobody wants is not carried.
   * The next batch, or `done`, comes only after the last one's `more` was called, once.
   */
  traverse(
    file: DatabaseFile,
    filter: TraverseFilter,
    events: {
      batch(records: readonly TraversedRecord[], more: () => void): void;
      done(outcome: WorkOutcome): void;
    },
  ): Work;

  /** Room for what a recovery keeps until it is over; whoever takes it releases it. */
  scratch(): Scratch;

  /** Ends all helpers and workers; nothing is called back afterwards. */
  close(): void;
}

/** A record as it is stored: its value begins with the header. */
export type TraversedRecord = readonly [key: Uint8Array, value: Uint8Array];

/** Which records a traverse wants (`records.md` 12.1). */
export interface TraverseFilter {
  /** Only records with this data master; absent: any. */
  readonly dmaster?: number;
  /** Records that have data, records that are a header and nothing else, or both. */
  readonly content: "any" | "data" | "empty";
  /** Leaves out chains that somebody holds; otherwise they are waited for. */
  readonly skipBusy?: boolean;
}
