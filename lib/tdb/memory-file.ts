import type { Random } from "../base/mod.ts";
import { TdbError } from "./errors.ts";
import { DEFAULT_HASH_SIZE, TdbFlag } from "./flags.ts";
import { MemoryContent } from "./memory-content.ts";
import { type MemoryRecord, RecordTable } from "./memory-records.ts";
import { MemoryTdb } from "./memory-tdb.ts";
import type { Tdb, TdbOpenOptions } from "./tdb.ts";

/** As for a file, and who opens it: shown by {@link MemoryTdbFile.holder}. */
export interface MemoryOpenOptions extends TdbOpenOptions {
  readonly owner?: string;
}

/** A lock that a simulated helper process holds or waits for. */
export interface MemoryHelperLock {
  /** Gives up the lock or the wait; no callback comes afterwards. */
  release(): void;
}

interface Waiter {
  take(): boolean;
}

/** Flags that a file keeps for everyone who opens it. */
const FILE_FLAGS = TdbFlag.INCOMPATIBLE_HASH | TdbFlag.MUTEX_LOCKING;

/**
 * A TDB file in memory, shared by all handles that were opened on it. Each handle is an owner of
 * locks: it stands for a process of its own, and closing it is what a crash of that process does.
 */
export class MemoryTdbFile extends MemoryContent {
  #flags: number;
  #durable: RecordTable;
  readonly #handles = new Set<MemoryTdb>();
  readonly #waiters: Set<Waiter>;

  constructor(name: string, options: TdbOpenOptions = {}) {
    const flags = options.flags ?? TdbFlag.DEFAULT;
    const waiters = new Set<Waiter>();
    super(name, newTable(options), () => {
      for (const waiter of [...waiters]) waiter.take();
    });
    this.#waiters = waiters;
    this.#flags = flags & FILE_FLAGS;
    this.#durable = this.table.clone();
    this.locks.mutexes = (flags & TdbFlag.MUTEX_LOCKING) !== 0;
  }

  /**
   * A handle of a new owner. CLEAR_IF_FIRST empties the file, and makes it anew with the given flags
   * and hash size, unless another open handle has that flag.
   * @throws {TdbError} EINVAL when the file has mutexes and the flags are without MUTEX_LOCKING.
   */
  open(options: MemoryOpenOptions = {}): Tdb {
    const wanted = options.flags ?? TdbFlag.DEFAULT;
    const clear = (wanted & TdbFlag.CLEAR_IF_FIRST) !== 0 &&
      ![...this.#handles].some((handle) => (handle.flags & TdbFlag.CLEAR_IF_FIRST) !== 0);
    if (clear) this.#clear(options);
    const lockless = (wanted & (TdbFlag.MUTEX_LOCKING | TdbFlag.NOLOCK)) === 0;
    if ((this.#flags & TdbFlag.MUTEX_LOCKING) !== 0 && lockless) {
      throw new TdbError("open", this.name, "EINVAL", { errno: 22, text: "Invalid argument" });
    }
    const readOnly = ((options.openFlags ?? 2) & 3) === 0;
    const flags = (wanted & ~FILE_FLAGS) | this.#flags;
    const handle = new MemoryTdb(this, flags, readOnly, options.owner ?? "");
    this.#handles.add(handle);
    return handle;
  }

  /**
   * What a lock helper does: takes the chain lock of `key`, or the lock over all chains, when it
   * becomes free; first come, first served. `granted` comes through `defer`, in a later turn.
   */
  waitForLock(
    key: Uint8Array | undefined,
    defer: (callback: () => void) => void,
    granted: () => void,
    owner = "lock helper",
  ): MemoryHelperLock {
    const handle = new MemoryTdb(this, this.#flags, false, owner);
    this.#handles.add(handle);
    let released = false;
    const waiter: Waiter = {
      take: () => {
        if (!(key === undefined ? handle.tryLockAll() : handle.tryChainLock(key))) return false;
        this.#waiters.delete(waiter);
        defer(() => {
          if (!released) granted();
        });
        return true;
      },
    };
    this.#waiters.add(waiter);
    waiter.take();
    return {
      release: () => {
        released = true;
        this.#waiters.delete(waiter);
        handle.close();
      },
    };
  }

  /** Name of an owner that holds the chain of `key` (absent: any chain). */
  holder(key?: Uint8Array): string | undefined {
    const owner = this.locks.holder(key === undefined ? undefined : this.table.chainOf(key));
    return owner instanceof MemoryTdb ? owner.owner : undefined;
  }

  override sync(): void {
    this.#durable = this.table.clone();
  }

  /**
   * The machine loses its power: all handles are closed and the file goes back to what the last
   * synchronous commit left. With `random`, each change since then may have reached the disk or not.
   */
  powerLoss(random?: Random): void {
    this.#waiters.clear();
    for (const handle of [...this.#handles]) handle.close();
    const survivor = this.#durable.clone();
    if (random !== undefined) mergeTorn(survivor, this.table, random);
    this.table = survivor;
    this.#durable = survivor.clone();
  }

  override forget(handle: MemoryTdb): void {
    this.#handles.delete(handle);
    this.locks.dropOwner(handle);
  }

  #clear(options: TdbOpenOptions): void {
    const flags = options.flags ?? TdbFlag.DEFAULT;
    this.#flags = flags & FILE_FLAGS;
    this.table = newTable(options);
    this.#durable = this.table.clone();
    this.locks.mutexes = (flags & TdbFlag.MUTEX_LOCKING) !== 0;
    this.seqnum = 0;
    this.holes = 0;
  }
}

function newTable({ hashSize, flags = TdbFlag.DEFAULT }: TdbOpenOptions): RecordTable {
  return new RecordTable(hashSize || DEFAULT_HASH_SIZE, flags);
}

/** Takes over some of the differences between `table` and `survivor`, each by the toss of a coin. */
function mergeTorn(survivor: RecordTable, table: RecordTable, random: Random): void {
  const written = [...table.records()].filter((record) => changed(survivor, record));
  const deleted = [...survivor.records()].filter(({ key }) => table.get(key) === undefined);
  for (const { key, value } of written) if (random.u32() & 1) survivor.set(key, value);
  for (const { key } of deleted) if (random.u32() & 1) survivor.delete(key);
}

function changed(table: RecordTable, record: MemoryRecord): boolean {
  return table.get(record.key) !== record;
}

/** Opens a TDB in memory that nobody else has; for more handles use {@link MemoryTdbFile}. */
export function openMemoryTdb(options: MemoryOpenOptions = {}, name = "memory.tdb"): Tdb {
  return new MemoryTdbFile(name, options).open(options);
}
