import { type Clock, messageOf } from "../../base/mod.ts";
import { MEMORY_BATCH_RECORDS } from "../../limits/mod.ts";
import { MemoryTdbDisk, type Tdb, TdbError, type TdbOpenOptions } from "../../tdb/mod.ts";
import { replaceRecords, updateRecords, UpdateRefusedError } from "../commit/file-work.ts";
import { databaseFlags, HEALTH_FLAGS, helperFlags, TRACKING_FLAGS } from "./database-flags.ts";
import { HeapScratch, type Scratch } from "./scratch.ts";
import { readChains, repackIfWorthwhile, wanted } from "./scan-work.ts";
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

/** How often a worker looks again at a file that somebody has locked. */
const LOCK_POLL_ms = 1;

/** What goes wrong in a {@link MemoryStorage}; tests and the simulation set it. */
export interface StorageFaults {
  /** The worker dies instead of doing its next piece of work. */
  workerDies: boolean;
  /** Lock helpers fail to start. */
  helpersFail: boolean;
  /** What the worker writes does not fit on the disk. */
  diskFull: boolean;
}

/** How a {@link MemoryStorage} behaves. */
export interface MemoryStorageOptions {
  readonly pnn: number;
  readonly clock: Clock;
  /** The machine's files, which outlive the node; absent: none, and of its own. */
  readonly disk?: MemoryTdbDisk;
  /** Whether volatile databases have mutexes; absent: yes. */
  readonly mutexes?: boolean;
  /** How long the worker and the start of a lock helper take, in ms; absent: 5. */
  readonly delay_ms?: number;
}

/** {@link RecordsStorage} in memory and on virtual time. */
export class MemoryStorage implements RecordsStorage {
  readonly disk: MemoryTdbDisk;
  readonly faults: StorageFaults = { workerDies: false, helpersFail: false, diskFull: false };
  readonly #pnn: number;
  readonly #clock: Clock;
  readonly #mutexes: boolean;
  readonly #delay_ms: number;
  readonly #ends = new Set<() => void>();
  #nextPid = 10_000;

  constructor(options: MemoryStorageOptions) {
    this.#pnn = options.pnn;
    this.#clock = options.clock;
    this.disk = options.disk ?? new MemoryTdbDisk();
    this.#mutexes = options.mutexes ?? true;
    this.#delay_ms = options.delay_ms ?? 5;
  }

  pathOf(name: string, kind: DatabaseKind): string {
    return `/${kind === "persistent" ? "persistent" : "volatile"}/${name}.${this.#pnn}`;
  }

  openDatabase({ name, kind, hashSize }: DatabaseSpec): Tdb {
    const flags = databaseFlags(kind, this.#mutexes);
    return this.#open(this.pathOf(name, kind), { flags, hashSize });
  }

  openTracking(path: string, hashSize: number): Tdb {
    return this.#open(path, { flags: TRACKING_FLAGS, hashSize });
  }

  get healthPath(): string {
    return `/state/persistent_health.tdb.${this.#pnn}`;
  }

  openHealth(): Tdb {
    return this.#open(this.healthPath, { flags: HEALTH_FLAGS });
  }

  isDamaged(): boolean {
    return false;
  }

  setAside(path: string): string {
    const aside = `${path}.${this.#clock.wallTime()}.corrupt`;
    this.disk.rename(path, aside);
    return aside;
  }

  persistentFiles(): readonly string[] {
    const directory = "/persistent/";
    return this.disk.paths().filter((path) => path.startsWith(directory))
      .map((path) => path.slice(directory.length));
  }

  lockRecord(file: DatabaseFile, key: Uint8Array, events: HelperLockEvents): HelperLock {
    return this.#helper(file, key, events);
  }

  lockDatabase(file: DatabaseFile, events: HelperLockEvents): HelperLock {
    return this.#helper(file, undefined, events);
  }

  lockHolder(file: DatabaseFile, key?: Uint8Array): string {
    return `held by ${this.disk.file(file.path)?.holder(key) ?? "nobody"}`;
  }

  /** Locks in memory belong to handles, which are no threads. */
  chainOwners(): undefined {
    return undefined;
  }

  debugLock(): void {}

  updateRecords(
    file: DatabaseFile,
    buffer: Uint8Array,
    done: (outcome: WorkOutcome) => void,
  ): Work {
    return this.#work(file, (tdb) => updateRecords(tdb, buffer), done);
  }

  replaceRecords(
    file: DatabaseFile,
    { wipe, buffers }: { readonly wipe: boolean; readonly buffers: readonly Uint8Array[] },
    done: (outcome: WorkOutcome) => void,
  ): Work {
    return this.#work(file, (tdb) => replaceRecords(tdb, wipe, buffers), done);
  }

  scratch(): Scratch {
    return new HeapScratch();
  }

  repack(file: DatabaseFile, limit: number, done: (outcome: WorkOutcome) => void): Work {
    return this.#work(file, (tdb) => repackIfWorthwhile(tdb, limit), done);
  }

  syncFile(_file: DatabaseFile, done: (outcome: WorkOutcome) => void): Work {
    return this.#later(this.#delay_ms, () => {
      const failed = { ok: false, refused: false, reason: "no space on the disk" } as const;
      done(this.faults.diskFull ? failed : { ok: true });
    });
  }

  traverse(
    file: DatabaseFile,
    filter: TraverseFilter,
    events: {
      batch(records: readonly TraversedRecord[], more: () => void): void;
      done(outcome: WorkOutcome): void;
    },
  ): Work {
    let found: TraversedRecord[] = [];
    let work: Work;
    const next = (at: number, outcome: WorkOutcome) => {
      if (!outcome.ok || at >= found.length) return events.done(outcome);
      events.batch(found.slice(at, at + MEMORY_BATCH_RECORDS), () => {
        work = this.#later(0, () => next(at + MEMORY_BATCH_RECORDS, outcome));
      });
    };
    const read = (tdb: Tdb) => {
      found = [];
      const visit = (key: Uint8Array, value: Uint8Array) => {
        if (wanted(value, filter)) found.push([key.slice(), value.slice()]);
      };
      let chain: number | undefined = 0;
      while (chain !== undefined) {
        chain = readChains(tdb, chain, { records: MEMORY_BATCH_RECORDS }, filter, visit);
      }
    };
    work = this.#work(file, read, (outcome) => next(0, outcome));
    return { cancel: () => work.cancel() };
  }

  close(): void {
    for (const end of [...this.#ends]) end();
  }

  #open(path: string, options: TdbOpenOptions): Tdb {
    return this.disk.open(path, { ...options, owner: `ctdbd of node ${this.#pnn}` });
  }

  #helper(file: DatabaseFile, key: Uint8Array | undefined, events: HelperLockEvents): HelperLock {
    const pid = this.#nextPid++;
    let lock: { release(): void } | undefined;
    const start = this.#clock.setTimer(this.#delay_ms, () => {
      const open = this.disk.file(file.path);
      if (this.faults.helpersFail || open === undefined) {
        return events.failed("helper cannot start, or open the file");
      }
      const defer = (callback: () => void) => void this.#clock.setTimer(0, callback);
      lock = open.waitForLock(key, defer, () => events.locked(), `lock helper ${pid}`);
    });
    const release = () => {
      this.#ends.delete(release);
      start.cancel();
      lock?.release();
    };
    this.#ends.add(release);
    return { pid, release };
  }

  /** Runs `callback` after a while, unless it is cancelled or everything ends. */
  #later(delay_ms: number, callback: () => void): Work {
    const timer = this.#clock.setTimer(delay_ms, () => {
      this.#ends.delete(cancel);
      callback();
    });
    const cancel = () => {
      this.#ends.delete(cancel);
      timer.cancel();
    };
    this.#ends.add(cancel);
    return { cancel };
  }

  /** Does `action` on a handle of the worker's own, after a while, when the file is not locked. */
  #work(
    file: DatabaseFile,
    action: (tdb: Tdb) => void,
    done: (outcome: WorkOutcome) => void,
  ): Work {
    let wait: Work;
    const attempt = () => {
      const outcome = this.#attempt(file, action);
      if (outcome === "locked") wait = this.#later(LOCK_POLL_ms, attempt);
      else done(outcome);
    };
    wait = this.#later(this.#delay_ms, attempt);
    return { cancel: () => wait.cancel() };
  }

  #attempt(file: DatabaseFile, action: (tdb: Tdb) => void): WorkOutcome | "locked" {
    if (this.faults.workerDies) {
      this.faults.workerDies = false;
      return { ok: false, refused: false, reason: "worker died" };
    }
    const flags = helperFlags(file.flags);
    const tdb = this.disk.open(file.path, { flags, owner: `worker of node ${this.#pnn}` });
    try {
      if (this.faults.diskFull) throw new TdbError("store", file.path, "IO");
      action(tdb);
      return { ok: true };
    } catch (error) {
      if (error instanceof TdbError && error.code === "LOCK") return "locked";
      const refused = error instanceof UpdateRefusedError;
      return { ok: false, refused, reason: messageOf(error) };
    } finally {
      tdb.close();
    }
  }
}
