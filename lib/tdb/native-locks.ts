import type { MutexPages } from "./mutex-pages.ts";
import { NativeCalls } from "./native-calls.ts";

/** libtdb's number for the free list where it takes a chain number. */
const FREELIST = -1;
/** Kinds of locks, as fcntl numbers them. */
export const F_RDLCK = 0;
export const F_WRLCK = 1;

/** The locks of a file of libtdb, and its transactions, which are locks first of all. */
export abstract class NativeLocks extends NativeCalls {
  /** How often the lock for writing over all chains is held or marked. */
  #allLocks = 0;
  /** Absent where chains have no mutexes. */
  protected abstract readonly mutexPages: MutexPages | undefined;

  /** Whether the lock for writing over all chains is held or marked. */
  protected get hasAll(): boolean {
    return this.#allLocks > 0;
  }

  chainLock(key: Uint8Array): void {
    this.onKey("lock chain of", this.tdb.tdb_chainlock, key);
  }

  tryChainLock(key: Uint8Array): boolean {
    return this.tryOnKey("lock chain of", this.tdb.tdb_chainlock_nonblock, key);
  }

  chainUnlock(key: Uint8Array): void {
    this.unlockKey("unlock chain of", this.tdb.tdb_chainunlock, key);
  }

  chainLockRead(key: Uint8Array): void {
    this.onKey("read-lock chain of", this.tdb.tdb_chainlock_read, key);
  }

  tryChainLockRead(key: Uint8Array): boolean {
    return this.tryOnKey("read-lock chain of", this.tdb.tdb_chainlock_read_nonblock, key);
  }

  chainUnlockRead(key: Uint8Array): void {
    this.unlockKey("read-unlock chain of", this.tdb.tdb_chainunlock_read, key);
  }

  chainLockMark(key: Uint8Array): void {
    this.onKey("mark chain of", this.tdb.tdb_chainlock_mark, key);
  }

  chainLockUnmark(key: Uint8Array): void {
    this.unlockKey("unmark chain of", this.tdb.tdb_chainlock_unmark, key);
  }

  prepareLockAll(): Iterable<void> {
    return this.mutexPages?.populateInPieces() ?? [];
  }

  lockAll(): void {
    this.mutexPages?.populate();
    this.plain("lock all of", this.tdb.tdb_lockall);
    this.#allLocks++;
  }

  tryLockAll(): boolean {
    this.mutexPages?.populate();
    if (!this.tryPlain("lock all of", this.tdb.tdb_lockall_nonblock)) return false;
    this.#allLocks++;
    return true;
  }

  unlockAll(): void {
    this.unlockPlain("unlock all of", this.tdb.tdb_unlockall);
    this.#allLocks--;
  }

  lockAllRead(): void {
    this.mutexPages?.populate();
    this.plain("read-lock all of", this.tdb.tdb_lockall_read);
  }

  tryLockAllRead(): boolean {
    this.mutexPages?.populate();
    return this.tryPlain("read-lock all of", this.tdb.tdb_lockall_read_nonblock);
  }

  unlockAllRead(): void {
    this.unlockPlain("read-unlock all of", this.tdb.tdb_unlockall_read);
  }

  lockAllMark(): void {
    this.plain("mark all of", this.tdb.tdb_lockall_mark);
    this.#allLocks++;
  }

  lockAllUnmark(): void {
    this.unlockPlain("unmark all of", this.tdb.tdb_lockall_unmark);
    this.#allLocks--;
  }

  transactionLockMark(): void {
    this.plain("mark transaction of", this.tdb.tdb_transaction_write_lock_mark);
  }

  transactionLockUnmark(): void {
    this.unlockPlain("unmark transaction of", this.tdb.tdb_transaction_write_lock_unmark);
  }

  tryFreelistLock(): boolean {
    return this.tryLockList(FREELIST, F_WRLCK);
  }

  freelistUnlock(): void {
    const handle = this.handleFor("unlock free list of");
    const status = this.tdb.tdb_unlock(handle, FREELIST, F_WRLCK);
    if (status !== 0) throw this.failure("unlock free list of", "NOLOCK");
  }

  transactionStart(): void {
    this.plain("start transaction on", this.tdb.tdb_transaction_start);
  }

  tryTransactionStart(): boolean {
    // libtdb's own "nonblock" covers the transaction lock only and then waits for every chain.
    if (!this.inTransaction) {
      if (!this.tryLockAllRead()) return false;
      this.unlockAllRead();
    }
    return this.tryPlain("start transaction on", this.tdb.tdb_transaction_start_nonblock);
  }

  transactionPrepareCommit(): void {
    this.withinTransaction("prepare commit of", this.tdb.tdb_transaction_prepare_commit);
  }

  transactionCommit(): void {
    this.withinTransaction("commit", this.tdb.tdb_transaction_commit);
  }

  transactionCancel(): void {
    this.withinTransaction("cancel transaction on", this.tdb.tdb_transaction_cancel);
  }

  protected tryLockList(list: number, type: number): boolean {
    const status = this.tdb.tdb_lock_nonblock(this.handleFor("lock"), list, type);
    return status === 0 || this.isTaken("lock");
  }
}
