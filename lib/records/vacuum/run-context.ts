import type { PendingCalls } from "../calls/pending-calls.ts";
import type { Database } from "../database.ts";
import { DeleteQueue } from "../delete-queue.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import type { RecordStore } from "../record-store.ts";
import type { RecordsStatistics } from "../statistics.ts";
import type { RecordsStorage } from "../storage/storage.ts";
import { FetchQueue } from "./fetch-queue.ts";

/** What vacuuming works with. */
export interface VacuumParts {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly stats: RecordsStatistics;
  readonly store: RecordStore;
  readonly locks: KeyLocks;
  readonly calls: PendingCalls;
}

/** What a run did, for its log line. */
export interface RunCounts {
  fetched: number;
  deleted: number;
  skipped: number;
  busy: number;
  refused: number;
}

/** One vacuum run over one database, as its steps share it. */
export class RunContext implements VacuumParts {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly stats: RecordsStatistics;
  readonly store: RecordStore;
  readonly locks: KeyLocks;
  readonly calls: PendingCalls;
  readonly db: Database;

  /** Records nothing is decided about. What is left at the end goes back into the queue. */
  readonly undecided: DeleteQueue;
  /** Keys of records that other nodes have asked for to be pulled. */
  readonly toFetch: FetchQueue;
  /** Entries of {@link undecided} of which other nodes may have copies. */
  readonly deleteList: number[] = [];
  /** Keys that other nodes are lmaster of. */
  readonly elsewhere = new Map<number, FetchQueue>();
  readonly counts: RunCounts = { fetched: 0, deleted: 0, skipped: 0, busy: 0, refused: 0 };

  /** Takes over both queues of the database, which start anew. */
  constructor(parts: VacuumParts, db: Database) {
    this.host = parts.host;
    this.storage = parts.storage;
    this.stats = parts.stats;
    this.store = parts.store;
    this.locks = parts.locks;
    this.calls = parts.calls;
    this.db = db;
    this.undecided = db.deleteQueue;
    this.toFetch = db.fetchQueue;
    db.deleteQueue = new DeleteQueue();
    db.fetchQueue = new FetchQueue();
  }

  /** The keys for one lmaster. */
  forLmaster(pnn: number): FetchQueue {
    let keys = this.elsewhere.get(pnn);
    if (keys === undefined) this.elsewhere.set(pnn, keys = new FetchQueue());
    return keys;
  }
}
