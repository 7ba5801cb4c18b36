import { sameBytes } from "../base/mod.ts";
import { type SystemError, TdbError, type TdbErrorCode } from "./errors.ts";
import { TdbFlag } from "./flags.ts";
import type { MemoryContent } from "./memory-content.ts";
import { HeldLocks, type LockAttempt } from "./memory-held-locks.ts";
import type { ChainLockType } from "./memory-locks.ts";
import type { RecordTable } from "./memory-records.ts";
import { MemoryTransaction } from "./memory-transaction.ts";
import { scanChains } from "./scan.ts";
import type { RecordVisitor, ScanLimit, ScanResult, StoreMode, Tdb } from "./tdb.ts";

/** A real handle would now wait for ever, since no other process can run meanwhile. */
const WOULD_WAIT: SystemError = { errno: 35, text: "would wait for another owner" };
const HEADER_SIZE = 168;

/** One owner's handle of a file in memory. */
export class MemoryTdb implements Tdb {
  readonly name: string;
  /** Who this is, for people. */
  readonly owner: string;
  readonly #file: MemoryContent;
  readonly #readOnly: boolean;
  readonly #held: HeldLocks;
  #flags: number;
  #transaction: MemoryTransaction | undefined;
  /** Depth of walks under read locks, in which nothing may be written. */
  #readWalks = 0;
  #closed = false;

  constructor(file: MemoryContent, flags: number, readOnly: boolean, owner: string) {
    this.#file = file;
    this.name = file.name;
    this.owner = owner;
    this.#flags = flags;
    this.#readOnly = readOnly;
    this.#held = new HeldLocks(file.locks, this);
  }

  get hashSize(): number {
    return this.#file.table.hashSize;
  }

  get flags(): number {
    return this.#flags;
  }

  get mapSize(): number {
    let size = HEADER_SIZE + 4 * this.hashSize;
    for (const { key, value } of this.#file.table.records()) size += 24 + key.length + value.length;
    return size;
  }

  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  fetch(key: Uint8Array): Uint8Array | undefined {
    return this.parse(key, (value) => value.slice());
  }

  parse<T>(key: Uint8Array, read: (value: Uint8Array) => T): T | undefined {
    this.#need("fetch", key, "read");
    const record = this.#table.get(key);
    return record === undefined ? undefined : read(record.value.slice());
  }

  readLocked<T>(
    key: Uint8Array,
    read: (bytes: Uint8Array, start: number, end: number) => T,
  ): T | undefined {
    return this.parse(key, (value) => read(value, 0, value.length));
  }

  storeLocked(key: Uint8Array, value: Uint8Array, length: number = value.length): void {
    this.store(key, value.slice(0, length));
  }

  storeFirst(key: Uint8Array, keyLength: number, value: Uint8Array, valueLength: number): void {
    this.store(key.slice(0, keyLength), value.slice(0, valueLength));
  }

  store(key: Uint8Array, value: Uint8Array, mode: StoreMode = "replace"): void {
    this.#needWritable("store");
    this.#need("store", key, "write");
    this.#needFreelist("store");
    const old = this.#table.get(key);
    const present = old !== undefined;
    if (mode === "insert" && present) throw this.#error("store", "EXISTS");
    if (mode === "modify" && !present) throw this.#error("store", "NOEXIST");
    // What is there already is counted and not written, as in libtdb.
    if (!present || !sameBytes(old.value, value)) this.#write("store");
    this.#table.set(key, value);
    if (!present && this.#file.holes > 0) this.#file.holes--;
    this.#changed();
  }

  delete(key: Uint8Array): boolean {
    this.#needWritable("delete");
    this.#need("delete", key, "write");
    if (this.#table.get(key) === undefined) return false;
    this.#needFreelist("delete");
    this.#write("delete");
    this.#table.delete(key);
    this.#file.holes++;
    this.#changed();
    return true;
  }

  exists(key: Uint8Array): boolean {
    this.#need("exists", key, "read");
    return this.#table.get(key) !== undefined;
  }

  chainOf(key: Uint8Array): number {
    return this.#file.table.chainOf(key);
  }

  chainLock(key: Uint8Array): void {
    this.#wait("lock chain of", this.tryChainLock(key));
  }

  tryChainLock(key: Uint8Array): boolean {
    return this.#lockChain("lock chain of", this.chainOf(key), "write");
  }

  chainUnlock(key: Uint8Array): void {
    this.#dropped("unlock chain of", this.#lockless || this.#held.unlockChain(this.chainOf(key)));
  }

  chainLockRead(key: Uint8Array): void {
    this.#wait("read-lock chain of", this.tryChainLockRead(key));
  }

  tryChainLockRead(key: Uint8Array): boolean {
    return this.#lockChain("read-lock chain of", this.chainOf(key), "read");
  }

  chainUnlockRead(key: Uint8Array): void {
    this.chainUnlock(key);
  }

  chainLockMark(key: Uint8Array): void {
    this.#assertOpen("mark chain of");
    this.#held.markChain(this.chainOf(key));
  }

  chainLockUnmark(key: Uint8Array): void {
    this.#dropped("unmark chain of", this.#held.unlockChain(this.chainOf(key)));
  }

  lockAll(): void {
    this.#wait("lock all of", this.tryLockAll());
  }

  tryLockAll(): boolean {
    return this.#lockAll("lock all of", "write");
  }

  unlockAll(): void {
    this.#dropped("unlock all of", this.#lockless || this.#held.unlockAll("write"));
  }

  lockAllRead(): void {
    this.#wait("read-lock all of", this.tryLockAllRead());
  }

  tryLockAllRead(): boolean {
    return this.#lockAll("read-lock all of", "read");
  }

  unlockAllRead(): void {
    this.#dropped("read-unlock all of", this.#lockless || this.#held.unlockAll("read"));
  }

  lockAllMark(): void {
    this.#assertOpen("mark all of");
    if (!this.#held.markAll()) throw this.#error("mark all of", "LOCK");
  }

  lockAllUnmark(): void {
    this.#dropped("unmark all of", this.#held.unlockAll("write"));
  }

  transactionLockMark(): void {
    this.#assertOpen("mark transaction of");
    this.#held.transactionMarks++;
  }

  transactionLockUnmark(): void {
    this.#dropped("unmark transaction of", this.#held.transactionMarks > 0);
    this.#held.transactionMarks--;
  }

  tryFreelistLock(): boolean {
    this.#assertOpen("lock free list of");
    return this.#lockless || this.#held.lockFreelist();
  }

  freelistUnlock(): void {
    this.#dropped("unlock free list of", this.#lockless || this.#held.unlockFreelist());
  }

  transactionStart(): void {
    this.#wait("start transaction on", this.tryTransactionStart());
  }

  tryTransactionStart(): boolean {
    const operation = "start transaction on";
    this.#needWritable(operation);
    if (this.#transaction !== undefined) {
      if (this.#flags & TdbFlag.DISALLOW_NESTING) throw this.#error(operation, "NESTING");
      this.#transaction.depth++;
      return true;
    }
    if (this.#held.any) throw this.#error(operation, "LOCK");
    if (!this.#nolock && !this.#file.locks.lockTransaction(this)) return false;
    this.#transaction = new MemoryTransaction(this.#file.table.clone());
    return true;
  }

  transactionPrepareCommit(): void {
    const transaction = this.#inner("prepare commit of");
    if (transaction.prepared) this.#abort("prepare commit of", "EINVAL");
    if (transaction.broken) this.#abort("prepare commit of", "IO");
    if (!this.#nolock && !this.#file.locks.commitFree(this)) {
      this.#abort("prepare commit of", "LOCK", WOULD_WAIT);
    }
    transaction.prepared = transaction.dirty; // Without writes there is nothing to prepare.
  }

  transactionCommit(): void {
    const transaction = this.#inner("commit");
    if (transaction.leave()) return;
    if (!transaction.prepared) this.transactionPrepareCommit();
    if (transaction.broken) this.#abort("commit", "IO");
    this.#file.table = transaction.table;
    this.#file.seqnum += transaction.changes;
    if ((this.#flags & TdbFlag.NOSYNC) === 0) this.#file.sync();
    this.#endTransaction();
  }

  transactionCancel(): void {
    const transaction = this.#inner("cancel transaction on");
    if (!transaction.leave()) return this.#endTransaction();
    transaction.broken = true;
  }

  traverse(visit: RecordVisitor): number {
    this.#needWritable("traverse");
    if (!this.#nolock && this.#file.locks.transactionTaken(this)) {
      throw this.#error("traverse", "LOCK", WOULD_WAIT);
    }
    return this.#walkAll("write", visit);
  }

  traverseRead(visit: RecordVisitor): number {
    return this.#reading(() => this.#walkAll("read", visit));
  }

  traverseChain(chain: number, visit: RecordVisitor): number {
    if (chain < 0 || chain >= this.hashSize) throw this.#error("traverse", "EINVAL");
    return this.#reading(() => this.#walkChain(chain, "read", visit).visited);
  }

  scan(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.#reading(() =>
      scanChains(
        {
          hashSize: this.hashSize,
          tryLock: (at) => this.#lockChain("lock", at, "read"),
          unlock: (at) => this.#unlockChain(at),
          visit: (at) => this.#visitChain(at, visit),
        },
        chain,
        limit,
      )
    );
  }

  scanInPlace(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.scan(chain, limit, visit);
  }

  seqnum(): number {
    return this.#file.seqnum + (this.#transaction?.changes ?? 0);
  }

  enableSeqnum(): void {
    this.#flags |= TdbFlag.SEQNUM;
  }

  incrementSeqnumNonblock(): void {
    if (this.#flags & TdbFlag.SEQNUM) this.#file.seqnum++;
  }

  addFlags(flags: number): void {
    this.#flags |= flags;
  }

  removeFlags(flags: number): void {
    this.#flags &= ~flags;
  }

  setMaxDead(_count: number): void {
    this.#assertOpen("set max dead of");
  }

  repack(): void {
    if (this.#transaction !== undefined) throw this.#error("repack", "NESTING");
    this.transactionStart();
    this.#changed();
    this.transactionCommit();
    this.#file.holes = 1;
  }

  wipe(): void {
    this.#needWritable("wipe");
    this.#wait("wipe", this.#lockAll("wipe", "write"));
    this.#write("wipe");
    for (const { key } of [...this.#table.records()]) this.#table.delete(key);
    this.#file.holes = 1;
    this.#changed();
    if (!this.#lockless) this.#held.unlockAll("write");
  }

  freelistSize(): number {
    this.#assertOpen("count free list of");
    return this.#file.holes;
  }

  check(): boolean {
    this.#wait("check", this.#lockAll("check", "read"));
    if (!this.#lockless) this.#held.unlockAll("read");
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transaction = undefined;
    this.#file.forget(this);
  }

  get #nolock(): boolean {
    return (this.#flags & TdbFlag.NOLOCK) !== 0;
  }

  get #table(): RecordTable {
    return this.#transaction?.table ?? this.#file.table;
  }

  /** Under NOLOCK, and in a transaction, which has locked all chains, chain locks are void. */
  get #lockless(): boolean {
    return this.#nolock || this.#transaction !== undefined;
  }

  #walkAll(type: ChainLockType, visit: RecordVisitor): number {
    let visited = 0;
    for (const chain of this.#table.chains()) {
      const walk = this.#walkChain(chain, type, visit);
      visited += walk.visited;
      if (walk.stopped) break;
    }
    return visited;
  }

  #walkChain(chain: number, type: ChainLockType, visit: RecordVisitor) {
    this.#wait("traverse", this.#lockChain("traverse", chain, type));
    try {
      return this.#visitChain(chain, visit);
    } finally {
      this.#unlockChain(chain);
    }
  }

  #visitChain(chain: number, visit: RecordVisitor) {
    let visited = 0;
    for (const { key } of this.#table.chain(chain)) {
      const record = this.#table.get(key);
      if (record === undefined) continue; // An earlier visit deleted it.
      visited++;
      if (visit(record.key.slice(), record.value.slice()) === false) {
        return { visited, stopped: true };
      }
    }
    return { visited, stopped: false };
  }

  #reading<T>(walk: () => T): T {
    this.#assertOpen("traverse");
    this.#readWalks++;
    try {
      return walk();
    } finally {
      this.#readWalks--;
    }
  }

  #changed(): void {
    if ((this.#flags & TdbFlag.SEQNUM) === 0) return;
    if (this.#transaction !== undefined) this.#transaction.changes++;
    else this.#file.seqnum++;
  }

  #inner(operation: string): MemoryTransaction {
    this.#assertOpen(operation);
    if (this.#transaction === undefined) throw this.#error(operation, "EINVAL");
    return this.#transaction;
  }

  #abort(operation: string, code: TdbErrorCode, system?: SystemError): never {
    this.#endTransaction();
    throw this.#error(operation, code, system);
  }

  #endTransaction(): void {
    this.#transaction = undefined;
    this.#file.locks.unlockTransaction(this);
  }

  #lockChain(operation: string, chain: number, type: ChainLockType): boolean {
    this.#assertOpen(operation);
    return this.#lockless || this.#attempted(operation, this.#held.lockChain(chain, type));
  }

  #unlockChain(chain: number): void {
    if (!this.#lockless) this.#held.unlockChain(chain);
  }

  #lockAll(operation: string, type: ChainLockType): boolean {
    this.#assertOpen(operation);
    return this.#lockless || this.#attempted(operation, this.#held.lockAll(type));
  }

  #attempted(operation: string, attempt: LockAttempt): boolean {
    if (attempt === "forbidden") throw this.#error(operation, "LOCK");
    return attempt === "locked";
  }

  /** What every access to a record does in a real file: it locks the chain for a moment. */
  #need(operation: string, key: Uint8Array, type: ChainLockType): void {
    this.#assertOpen(operation);
    if (this.#lockless) return;
    const attempt = this.#held.access(this.chainOf(key), type);
    this.#wait(operation, this.#attempted(operation, attempt));
  }

  #needFreelist(operation: string): void {
    this.#wait(operation, this.#lockless || this.#file.locks.freelistFree(this));
  }

  #needWritable(operation: string): void {
    this.#assertOpen(operation);
    if (this.#readOnly || this.#readWalks > 0) throw this.#error(operation, "RDONLY");
  }

  /** The last step before a write: a transaction that is prepared takes no more, and is lost. */
  #write(operation: string): void {
    if (this.#transaction?.write() === false) throw this.#error(operation, "EINVAL");
  }

  #wait(operation: string, locked: boolean): void {
    if (!locked) throw this.#error(operation, "LOCK", WOULD_WAIT);
  }

  #dropped(operation: string, held: boolean): void {
    this.#assertOpen(operation);
    if (!held) throw this.#error(operation, "NOLOCK");
  }

  #assertOpen(operation: string): void {
    if (this.#closed) throw new TdbError(`${operation} closed`, this.name, "EINVAL");
  }

  #error(operation: string, code: TdbErrorCode, system?: SystemError): TdbError {
    return new TdbError(operation, this.name, code, system);
  }
}
