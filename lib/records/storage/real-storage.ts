import type { Logger } from "../../base/mod.ts";
import type { SpawnHelper } from "../../loop/mod.ts";
import {
  type ChainOwners,
  chainOwners,
  describeLockHolders,
  isDamaged,
  LockHelperClient,
  lockHelperSpawner,
  openTdb,
  type Tdb,
  TdbFlag,
} from "../../tdb/mod.ts";
import { databaseFlags, HEALTH_FLAGS, TRACKING_FLAGS } from "./database-flags.ts";
import { FileScratch } from "./file-scratch.ts";
import { HelperPool } from "./helper-pool.ts";
import type { HelperRequest } from "./helper-protocol.ts";
import { type JobEvents, runAlone } from "./one-job.ts";
import type { Scratch } from "./scratch.ts";
import { setAside } from "./set-aside.ts";
import type {
  DatabaseFile,
  DatabaseKind,
  DatabaseSpec,
  HelperLock,
  HelperLockEvents,
  RecordsStorage,
  TraversedRecord,
  TraverseFilter,
  Work,
  WorkOutcome,
} from "./storage.ts";
import { Worker } from "./worker.ts";

/** The directories of the `[database]` section. */
export interface DatabaseDirectories {
  readonly volatile: string;
  readonly persistent: string;
  readonly state: string;
}

/** What a {@link RealStorage} is made of. */
export interface RealStorageOptions {
  readonly pnn: number;
  /** The directories of the `[database]` section; they must exist. */
  readonly directories: DatabaseDirectories;
  /** Whether volatile databases get mutexes: `tdb mutexes`, where the system has them. */
  readonly mutexes: boolean;
  /** Program and arguments that run `ctdb_lock_helper`. */
  readonly lockHelperCommand: readonly string[];
  /** Program and arguments that run `ctdb_records_helper`. */
  readonly helperCommand: readonly string[];
  /** Starts the helpers. */
  readonly spawn: SpawnHelper;
  /** Runs a callback in a later turn. */
  readonly defer: (callback: () => void) => void;
  /** Runs the configured lock debug script; absent when there is none. Nobody waits for it. */
  readonly debugLock?: (args: readonly string[]) => void;
  readonly log: Logger;
}

/** {@link RecordsStorage} on real files and processes. */
export class RealStorage implements RecordsStorage {
  readonly #options: RealStorageOptions;
  readonly #pool: HelperPool;
  readonly #worker: Worker;
  readonly #locks: LockHelperClient;

  constructor(options: RealStorageOptions) {
    this.#options = options;
    const { spawn, defer } = options;
    this.#pool = new HelperPool(spawn, options.helperCommand);
    this.#worker = new Worker(this.#pool, defer);
    this.#locks = new LockHelperClient({
      spawn: lockHelperSpawner(spawn, options.lockHelperCommand),
      defer,
    });
  }

  pathOf(name: string, kind: DatabaseKind): string {
    const { directories, pnn } = this.#options;
    const directory = kind === "persistent" ? directories.persistent : directories.volatile;
    return `${directory}/${name}.${pnn}`;
  }

  openDatabase({ name, kind, hashSize }: DatabaseSpec): Tdb {
    const { log, mutexes } = this.#options;
    const flags = databaseFlags(kind, mutexes);
    return openTdb(this.pathOf(name, kind), { flags, hashSize, log });
  }

  openTracking(path: string, hashSize: number): Tdb {
    return openTdb(path, { flags: TRACKING_FLAGS, hashSize, log: this.#options.log });
  }

  get healthPath(): string {
    const { directories, pnn } = this.#options;
    return `${directories.state}/persistent_health.tdb.${pnn}`;
  }

  openHealth(): Tdb {
    return openTdb(this.healthPath, { flags: HEALTH_FLAGS, log: this.#options.log });
  }

  isDamaged(error: unknown): boolean {
    return isDamaged(error);
  }

  setAside(path: string): string {
    return setAside(path);
  }

  persistentFiles(): readonly string[] {
    const entries = [...Deno.readDirSync(this.#options.directories.persistent)];
    // Lists of databases begin with the one attached last: so these stand there by their names.
    return entries.filter((entry) => entry.isFile).map((entry) => entry.name).sort().reverse();
  }

  lockRecord(file: DatabaseFile, key: Uint8Array, events: HelperLockEvents): HelperLock {
    return this.#locks.lock({ ...file, key }, events);
  }

  lockDatabase(file: DatabaseFile, events: HelperLockEvents): HelperLock {
    return this.#locks.lock(file, events);
  }

  lockHolder(file: DatabaseFile, key?: Uint8Array): string {
    return describeLockHolders(file.path, key);
  }

  chainOwners(file: DatabaseFile, key: Uint8Array): ChainOwners | undefined {
    try {
      return chainOwners(file.path, key);
    } catch {
      return undefined; // The file has gone: this is a look, nothing depends on it.
    }
  }

  debugLock(file: DatabaseFile, kind: "RECORD" | "DB", helperPid: number | undefined): void {
    const type = (file.flags & TdbFlag.MUTEX_LOCKING) !== 0 ? "MUTEX" : "FCNTL";
    this.#options.debugLock?.([String(helperPid ?? 0), kind, file.path, type]);
  }

  updateRecords(
    file: DatabaseFile,
    buffer: Uint8Array,
    done: (outcome: WorkOutcome) => void,
  ): Work {
    return this.#worker.run([{ kind: "update", file, buffer }], done);
  }

  replaceRecords(
    file: DatabaseFile,
    { wipe, buffers }: { readonly wipe: boolean; readonly buffers: readonly Uint8Array[] },
    done: (outcome: WorkOutcome) => void,
  ): Work {
    const requests = buffers.map((buffer) => ({ kind: "buffer", buffer }) as const);
    return this.#worker.run(
      [{ kind: "replace", file, wipe }, ...requests, { kind: "end" }],
      done,
    );
  }

  scratch(): Scratch {
    const { state, volatile } = this.#options.directories;
    return new FileScratch([state, volatile]);
  }

  repack(file: DatabaseFile, limit: number, done: (outcome: WorkOutcome) => void): Work {
    return this.#alone({ kind: "repack", file, limit }, { batch: () => {}, done });
  }

  syncFile(file: DatabaseFile, done: (outcome: WorkOutcome) => void): Work {
    return this.#alone({ kind: "sync", file }, { batch: () => {}, done });
  }

  traverse(
    file: DatabaseFile,
    filter: TraverseFilter,
    events: {
      batch(records: readonly TraversedRecord[], more: () => void): void;
      done(outcome: WorkOutcome): void;
    },
  ): Work {
    return this.#alone({ kind: "traverse", file, filter }, events);
  }

  close(): void {
    this.#worker.close();
    this.#pool.close();
    this.#locks.close();
  }

  /** Settles when the processes that worked are gone, after {@link close}. */
  get finished(): Promise<void> {
    return this.#pool.finished;
  }

  #alone(request: HelperRequest, events: JobEvents): Work {
    return runAlone(this.#pool, request, events, this.#options.defer);
  }
}
