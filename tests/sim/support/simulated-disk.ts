import { MemoryStorage } from "../../../lib/records/mod.ts";
import { MemoryTdbDisk, type Tdb } from "../../../lib/tdb/mod.ts";
import type { MemoryOpenOptions } from "../../../lib/tdb/mod.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** What is told about writes to the files of a machine. */
export interface DiskWatcher {
  /** A record was written or deleted. */
  changed(path: string, key: Uint8Array): void;
  /** Any record may have changed. */
  rewritten(path: string): void;
}

/** A machine's files. Whoever writes, daemon, worker or client, the watcher hears of it. */
export class SimulatedDisk extends MemoryTdbDisk {
  readonly #watcher: DiskWatcher;

  constructor(watcher: DiskWatcher) {
    super();
    this.#watcher = watcher;
  }

  override open(path: string, options: MemoryOpenOptions = {}): Tdb {
    const tdb = super.open(path, options);
    this.#watcher.rewritten(path);
    return watched(tdb, path, this.#watcher);
  }
}

function watched(tdb: Tdb, path: string, watcher: DiskWatcher): Tdb {
  const store = tdb.store.bind(tdb);
  const remove = tdb.delete.bind(tdb);
  const wipe = tdb.wipe.bind(tdb);
  const commit = tdb.transactionCommit.bind(tdb);
  tdb.store = (key, value, mode) => {
    store(key, value, mode);
    if (!tdb.inTransaction) watcher.changed(path, key);
  };
  tdb.delete = (key) => {
    const found = remove(key);
    if (found && !tdb.inTransaction) watcher.changed(path, key);
    return found;
  };
  tdb.wipe = () => {
    wipe();
    if (!tdb.inTransaction) watcher.rewritten(path);
  };
  tdb.transactionCommit = () => {
    commit();
    watcher.rewritten(path);
  };
  return tdb;
}

/** The storage of one life of a daemon; when that ends, so do its helpers and handles. */
export class SimulatedStorage extends MemoryStorage {
  readonly #handles = new Set<Tdb>();

  constructor(options: {
    readonly pnn: number;
    readonly process: SimulatedProcess;
    readonly disk: SimulatedDisk;
    readonly delay_ms: number;
    readonly mutexes: boolean;
  }) {
    super({ ...options, clock: options.process });
    options.process.atEnd(() => {
      this.close();
      for (const handle of this.#handles) handle.close();
    });
  }

  override openDatabase(spec: Parameters<MemoryStorage["openDatabase"]>[0]): Tdb {
    return this.#keep(super.openDatabase(spec));
  }

  override openTracking(path: string, hashSize: number): Tdb {
    return this.#keep(super.openTracking(path, hashSize));
  }

  override openHealth(): Tdb {
    return this.#keep(super.openHealth());
  }

  #keep(tdb: Tdb): Tdb {
    this.#handles.add(tdb);
    return tdb;
  }
}
