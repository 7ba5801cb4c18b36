import { type SystemError, TdbError, type TdbErrorCode } from "./errors.ts";
import { TdbFlag } from "./flags.ts";
import type { MemoryContent } from "./memory-content.ts";
import { HeldLocks, type LockAttempt } from "./memory-held-locks.ts";
import type { ChainLockType } from "./memory-locks.ts";
import type { RecordTable } from "./memory-records.ts";
import { MemoryTransaction } from "./memory-transaction.ts";

/** A real handle would now wait for ever, since no other process can run meanwhile. */
export const WOULD_WAIT: SystemError = { errno: 35, text: "would wait for another owner" };

/** One owner's handle of a file in memory, as far as it is locked, and its transactions. */
export abstract class MemoryHandle {
  readonly name: string;
  /** Who this is, for people. */
  readonly owner: string;
  protected readonly file: MemoryContent;
  readonly #readOnly: boolean;
  protected readonly held: HeldLocks;
  #flags: number;
  protected transaction: MemoryTransaction | undefined;
  /** Depth of walks under read locks, in which nothing may be written. */
  #readWalks = 0;
  #closed = false;

  constructor(file: MemoryContent, flags: number, readOnly: boolean, owner: string) {
    this.file = file;
    this.name = file.name;
    this.owner = owner;
    this.#flags = flags;
    this.#readOnly = readOnly;
    this.held = new HeldLocks(file.locks, this);
  }

  get flags(): number {
    return this.#flags;
  }

  get inTransaction(): boolean {
    return this.transaction !== undefined;
  }

  chainOf(key: Uint8Array): number {
    return this.file.table.chainOf(key);
  }

  chainLock(key: Uint8Array): void {
    this.mustLock("lock chain of", this.tryChainLock(key));
  }

  tryChainLock(key: Uint8Array): boolean {
    return this.takeChain("lock chain of", this.chainOf(key), "write");
  }

  chainUnlock(key: Uint8Array): void {
    this.#dropped("unlock chain of", this.lockless || this.held.unlockChain(this.chainOf(key)));
  }

  chainLockRead(key: Uint8Array): void {
    this.mustLock("read-lock chain of", this.tryChainLockRead(key));
  }

  tryChainLockRead(key: Uint8Array): boolean {
    return this.takeChain("read-lock chain of", this.chainOf(key), "read");
  }

  chainUnlockRead(key: Uint8Array): void {
    this.chainUnlock(key);
  }

  chainLockMark(key: Uint8Array): void {
    this.assertOpen("mark chain of");
    this.held.markChain(this.chainOf(key));
  }

  chainLockUnmark(key: Uint8Array): void {
    this.#dropped("unmark chain of", this.held.unlockChain(this.chainOf(key)));
  }

  prepareLockAll(): Iterable<void> {
    this.assertOpen("prepare to lock all of");
    return [];
  }

  lockAll(): void {
    this.mustLock("lock all of", this.tryLockAll());
  }

  tryLockAll(): boolean {
    return this.takeAll("lock all of", "write");
  }

  unlockAll(): void {
    this.#dropped("unlock all of", this.lockless || this.held.unlockAll("write"));
  }

  lockAllRead(): void {
    this.mustLock("read-lock all of", this.tryLockAllRead());
  }

  tryLockAllRead(): boolean {
    return this.takeAll("read-lock all of", "read");
  }

  unlockAllRead(): void {
    this.#dropped("read-unlock all of", this.lockless || this.held.unlockAll("read"));
  }

  lockAllMark(): void {
    this.assertOpen("mark all of");
    if (!this.held.markAll()) throw this.failure("mark all of", "LOCK");
  }

  lockAllUnmark(): void {
    this.#dropped("unmark all of", this.held.unlockAll("write"));
  }

  transactionLockMark(): void {
    this.assertOpen("mark transaction of");
    this.held.transactionMarks++;
  }

  transactionLockUnmark(): void {
    this.#dropped("unmark transaction of", this.held.transactionMarks > 0);
    this.held.transactionMarks--;
  }

  tryFreelistLock(): boolean {
    this.assertOpen("lock free list of");
    return this.lockless || this.held.lockFreelist();
  }

  freelistUnlock(): void {
    this.#dropped("unlock free list of", this.lockless || this.held.unlockFreelist());
  }

  transactionStart(): void {
    this.mustLock("start transaction on", this.tryTransactionStart());
  }

  tryTransactionStart(): boolean {
    const operation = "start transaction on";
    this.needWritable(operation);
    if (this.transaction !== undefined) {
      if (this.#flags & TdbFlag.DISALLOW_NESTING) throw this.failure(operation, "NESTING");
      this.transaction.depth++;
      return true;
    }
    if (this.held.any) throw this.failure(operation, "LOCK");
    if (!this.nolock && !this.file.locks.lockTransaction(this)) return false;
    this.transaction = new MemoryTransaction(this.file.table.clone());
    return true;
  }

  transactionPrepareCommit(): void {
    const transaction = this.#inner("prepare commit of");
    if (transaction.prepared) this.#abort("prepare commit of", "EINVAL");
    if (transaction.broken) this.#abort("prepare commit of", "IO");
    if (!this.nolock && !this.file.locks.commitFree(this)) {
      this.#abort("prepare commit of", "LOCK", WOULD_WAIT);
    }
    transaction.prepared = transaction.dirty; // Without writes there is nothing to prepare.
  }

  transactionCommit(): void {
    const transaction = this.#inner("commit");
    if (transaction.leave()) return;
    if (!transaction.prepared) this.transactionPrepareCommit();
    if (transaction.broken) this.#abort("commit", "IO");
    this.file.table = transaction.table;
    this.file.seqnum += transaction.changes;
    if ((this.#flags & TdbFlag.NOSYNC) === 0) this.file.sync();
    this.#endTransaction();
  }

  transactionCancel(): void {
    const transaction = this.#inner("cancel transaction on");
    if (!transaction.leave()) return this.#endTransaction();
    transaction.broken = true;
  }

  enableSeqnum(): void {
    this.#flags |= TdbFlag.SEQNUM;
  }

  addFlags(flags: number): void {
    this.#flags |= flags;
  }

  removeFlags(flags: number): void {
    this.#flags &= ~flags;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.transaction = undefined;
    this.file.forget(this);
  }

  protected get nolock(): boolean {
    return (this.#flags & TdbFlag.NOLOCK) !== 0;
  }

  protected get table(): RecordTable {
    return this.transaction?.table ?? this.file.table;
  }

  /** Under NOLOCK, and in a transaction, which has locked all chains, chain locks are void. */
  protected get lockless(): boolean {
    return this.nolock || this.transaction !== undefined;
  }

  #inner(operation: string): MemoryTransaction {
    this.assertOpen(operation);
    if (this.transaction === undefined) throw this.failure(operation, "EINVAL");
    return this.transaction;
  }

  #abort(operation: string, code: TdbErrorCode, system?: SystemError): never {
    this.#endTransaction();
    throw this.failure(operation, code, system);
  }

  #endTransaction(): void {
    this.transaction = undefined;
    this.file.locks.unlockTransaction(this);
  }

  protected takeChain(operation: string, chain: number, type: ChainLockType): boolean {
    this.assertOpen(operation);
    return this.lockless || this.#attempted(operation, this.held.lockChain(chain, type));
  }

  protected giveChain(chain: number): void {
    if (!this.lockless) this.held.unlockChain(chain);
  }

  protected takeAll(operation: string, type: ChainLockType): boolean {
    this.assertOpen(operation);
    return this.lockless || this.#attempted(operation, this.held.lockAll(type));
  }

  #attempted(operation: string, attempt: LockAttempt): boolean {
    if (attempt === "forbidden") throw this.failure(operation, "LOCK");
    return attempt === "locked";
  }

  protected needWritable(operation: string): void {
    this.assertOpen(operation);
    if (this.#readOnly || this.#readWalks > 0) throw this.failure(operation, "RDONLY");
  }

  protected mustLock(operation: string, locked: boolean): void {
    if (!locked) throw this.failure(operation, "LOCK", WOULD_WAIT);
  }

  #dropped(operation: string, held: boolean): void {
    this.assertOpen(operation);
    if (!held) throw this.failure(operation, "NOLOCK");
  }

  protected assertOpen(operation: string): void {
    if (this.#closed) throw new TdbError(`${operation} closed`, this.name, "EINVAL");
  }

  protected failure(operation: string, code: TdbErrorCode, system?: SystemError): TdbError {
    return new TdbError(operation, this.name, code, system);
  }

  protected reading<T>(walk: () => T): T {
    this.assertOpen("traverse");
    this.#readWalks++;
    try {
      return walk();
    } finally {
      this.#readWalks--;
    }
  }

  /** What every access to a record does in a real file: it locks the chain for a moment. */
  protected need(operation: string, key: Uint8Array, type: ChainLockType): void {
    this.assertOpen(operation);
    if (this.lockless) return;
    const attempt = this.held.access(this.chainOf(key), type);
    this.mustLock(operation, this.#attempted(operation, attempt));
  }

  protected needFreelist(operation: string): void {
    this.mustLock(operation, this.lockless || this.file.locks.freelistFree(this));
  }
}
