import type { Logger } from "../base/mod.ts";

/** What `store` does about a record that is there already, or is not. */
export type StoreMode = "replace" | "insert" | "modify";

/** Sees one record; both arrays are copies that it may keep. Returning `false` ends the walk. */
export type RecordVisitor = (key: Uint8Array, value: Uint8Array) => boolean | void;

/** A record where it lies: key in [key, data) of `bytes`, value in [data, end). */
export interface PlacedRecord {
  readonly bytes: Uint8Array;
  readonly key: number;
  readonly data: number;
  readonly end: number;
}

/** Stores many records, see {@link Tdb.loader}. */
export interface RecordLoader {
  /** {@link Tdb.store} of a record; it replaces one that is there. */
  store(record: PlacedRecord): void;
  /** Gives back what was set aside. To be called once, whatever has happened. */
  finish(): void;
}

/**
 * Sees one record where it lies: key in [key, data) of `bytes`, value in [data, end), of no use after
 * the call. Returning `false` ends the walk.
 */
export type PlacedVisitor = (
  bytes: Uint8Array,
  key: number,
  data: number,
  end: number,
) => boolean | void;

/** How to open a TDB. */
export interface TdbOpenOptions {
  /** Chains of a new file; an existing file keeps its own. 0 or absent: libtdb's 131. */
  readonly hashSize?: number;
  /** {@link TdbFlag} bits. */
  readonly flags?: number;
  /** {@link TdbOpenFlag} bits; absent: RDWR | CREAT. */
  readonly openFlags?: number;
  /** Permissions of a new file, less the umask; absent: 0600. */
  readonly mode?: number;
  /** Receives libtdb's own log lines. */
  readonly log?: Logger;
}

/** How much one call of {@link Tdb.scan} may do before it returns. At least one chain is done. */
export interface ScanLimit {
  /** Stop after the chain in which this many records were reached. */
  readonly records?: number;
  /** Stop after this many chains. */
  readonly chains?: number;
}

/** Where a scan stands. */
export interface ScanResult {
  /** The chain to go on with; `undefined` when the file is through or the visitor stopped it. */
  readonly next: number | undefined;
  /** Records visited by this call. */
  readonly records: number;
  /** The scan stopped because another process holds chain `next`: retry later, or skip to `next + 1`. */
  readonly busy: boolean;
}

/**
 * One open TDB, synchronous. The real one is {@link openTdb}, the simulated one
 * {@link MemoryTdbFile.open}; both run the same test cases.
 *
 * What an implementation promises:
 * - Every failure is a {@link TdbError}, except those that the return type names.
 * - `try...` never waits: `false` means that another owner has the lock.
 * - Operations without `try` in their name, *including fetch, store, delete and traverse*, wait for
 *   a chain that another owner has locked. The daemon therefore takes the chain lock with `try`
 *   first. In memory nobody could ever wake the waiter, so there it is an error with code LOCK.
 * - Locks nest: the same handle may lock a chain again and must unlock as often.
 * - Several keys share a chain; `chainLock(key)` locks them all. Never hold two chains.
 * - `mark` makes this handle believe that it holds a lock, which a helper process really holds.
 * - An empty value is a record; a missing record is `undefined`. Keys may be empty, too.
 */
export interface Tdb {
  /** The path that it was opened by. */
  readonly name: string;
  /** Number of hash chains. */
  readonly hashSize: number;
  /** The current {@link TdbFlag} word, including what libtdb added. */
  readonly flags: number;
  /** Size of the file in bytes, as this handle last saw it. */
  readonly mapSize: number;
  readonly inTransaction: boolean;

  /** A copy of the value, or `undefined` when there is no such record. */
  fetch(key: Uint8Array): Uint8Array | undefined;
  /**
   * Calls `read` with the value and returns what it returned, or `undefined` when there is no such
   * record. The view is overwritten after the callback: copy what is to be kept. This is the
   * cheapest way to look at a header.
   */
  parse<T>(key: Uint8Array, read: (value: Uint8Array) => T): T | undefined;
  /**
   * The quick way to a record, for who holds the lock of the key's chain, or of all chains: what
   * `read` makes of the value, which is [start, end) of `bytes` during the call.
   */
  readLocked<T>(
    key: Uint8Array,
    read: (bytes: Uint8Array, start: number, end: number) => T,
  ): T | undefined;
  /**
   * {@link store} for who holds the lock of the key's chain, or of all chains; of the first `length`
   * bytes of `value`, all unless given.
   */
  storeLocked(key: Uint8Array, value: Uint8Array, length?: number): void;
  /**
   * {@link storeLocked} of a value that lies in two parts: `begin`, then `rest`. `restStays`: the value
   * that is there ends with `rest` if it has this length, and of that nothing need be written again.
   */
  storeParts(key: Uint8Array, begin: Uint8Array, rest: Uint8Array, restStays: boolean): void;
  /**
   * {@link store} of the first `valueLength` bytes of `value` under the first `keyLength` of `key`:
   * for who stores many records through the same two arrays.
   */
  storeFirst(key: Uint8Array, keyLength: number, value: Uint8Array, valueLength: number): void;
  /**
   * Stores many records quickly, for who holds the lock over all chains until the loader has
   * finished. `expected_bytes`: keys and values that will come, about.
   */
  loader(expected_bytes: number): RecordLoader;
  /** `insert` fails with EXISTS, `modify` with NOEXIST. */
  store(key: Uint8Array, value: Uint8Array, mode?: StoreMode): void;
  /** `false` when there was no such record. */
  delete(key: Uint8Array): boolean;
  exists(key: Uint8Array): boolean;

  /** The chain that `key` lives in, 0 .. hashSize-1. */
  chainOf(key: Uint8Array): number;
  chainLock(key: Uint8Array): void;
  tryChainLock(key: Uint8Array): boolean;
  chainUnlock(key: Uint8Array): void;
  chainLockRead(key: Uint8Array): void;
  tryChainLockRead(key: Uint8Array): boolean;
  chainUnlockRead(key: Uint8Array): void;
  chainLockMark(key: Uint8Array): void;
  chainLockUnmark(key: Uint8Array): void;

  /**
   * What the next {@link tryLockAll} would have to do and that needs no lock, some milliseconds of it
   * in pieces: that keeps its thread for half as long then.
   */
  prepareLockAll(): Iterable<void>;
  lockAll(): void;
  tryLockAll(): boolean;
  unlockAll(): void;
  lockAllRead(): void;
  tryLockAllRead(): boolean;
  unlockAllRead(): void;
  lockAllMark(): void;
  lockAllUnmark(): void;
  /** Believe to hold the transaction lock as well, for work on a frozen file (`records.md` 13.3). */
  transactionLockMark(): void;
  transactionLockUnmark(): void;
  /** The free-list lock, which `delete` would otherwise wait for (`records.md` 10.6). */
  tryFreelistLock(): boolean;
  freelistUnlock(): void;

  /** Fails with LOCK while this handle holds chain locks or marks. */
  transactionStart(): void;
  /**
   * `false` while another owner has a transaction or a chain. On a real file a chain that is taken
   * between this test and the start is still waited for, so this is for workers and frozen files.
   */
  tryTransactionStart(): boolean;
  transactionPrepareCommit(): void;
  /** When it fails the transaction has been cancelled. */
  transactionCommit(): void;
  transactionCancel(): void;

  /** Visits all records; the visitor may delete the one that it sees. Returns how many it saw. */
  traverse(visit: RecordVisitor): number;
  /** As {@link traverse}, under read locks; the visitor must not write. */
  traverseRead(visit: RecordVisitor): number;
  /** The records of one chain, under its read lock. Returns how many the visitor saw. */
  traverseChain(chain: number, visit: RecordVisitor): number;
  /**
   * Visits whole chains from `chain` on until `limit` is reached; holds no lock afterwards and never
   * waits for one. A record that is there during the whole scan is seen exactly once. The visitor
   * must not write; it may collect keys.
   */
  scan(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult;
  /** {@link scan} whose visitor gets the records where they lie. Much quicker, and takes no memory. */
  scanInPlace(chain: number, limit: ScanLimit, visit: PlacedVisitor): ScanResult;

  /**
   * TDB's own change counter: grows by one or two with each change, after {@link enableSeqnum} or
   * with TdbFlag.SEQNUM.
   */
  seqnum(): number;
  enableSeqnum(): void;
  incrementSeqnumNonblock(): void;

  /** Turns flags on for this handle, such as NOLOCK around a freeze transaction. */
  addFlags(flags: number): void;
  removeFlags(flags: number): void;
  /** Dead records that each chain keeps for reuse. */
  setMaxDead(count: number): void;

  /** Rewrites the file without holes, in a transaction. */
  repack(): void;
  /** Removes all records. */
  wipe(): void;
  /** Number of entries of the free list. */
  freelistSize(): number;
  /** `false` when the file is inconsistent; libtdb's log says where. */
  check(): boolean;

  /** Closes the file and drops its locks; an open transaction is cancelled. Twice does nothing. */
  close(): void;
}
