import { errnoText } from "../base/mod.ts";
import type { Logger } from "../base/mod.ts";
import { MAX_NESTED_LOCKS } from "../limits/mod.ts";
import { emptyChains } from "./chain-heads.ts";
import { TdbError, type TdbErrorCode, tdbErrorCode } from "./errors.ts";
import { readFileHeader } from "./file-header.ts";
import { chainOf, tdbHash } from "./hash.ts";
import { TdbFlag } from "./flags.ts";
import { tdbLibrary, type TdbSymbols } from "./library.ts";
import { MappedRecords, NOT_CLEAR, NOT_THERE } from "./mapped-records.ts";
import { MutexArea } from "./mutex-area.ts";
import { withParser, withVisitor } from "./native-callbacks.ts";
import { dropTdbLogger, seriousLineCount, setTdbLogger } from "./native-log.ts";
import type { OpenFileReader } from "./open-files.ts";
import { type ChainReader, scanChains } from "./scan.ts";
import type { RecordVisitor, ScanLimit, ScanResult, StoreMode, Tdb } from "./tdb.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type KeyFunction = (tdb: Deno.PointerValue, key: Bytes, size: bigint) => number;
type PlainFunction = (tdb: Deno.PointerValue) => number;

const EMPTY: Bytes = new Uint8Array(8).subarray(0, 0);
const STORE_MODES = { replace: 1, insert: 2, modify: 3 } as const;
/** libtdb's number for the free list where it takes a chain number. */
const FREELIST = -1;
const F_RDLCK = 0;
const F_WRLCK = 1;
/** Linux numbers of the `errno` values by which a lock says that somebody else has it. */
const BUSY: ReadonlySet<number> = new Set([11, /* EAGAIN */ 13, /* EACCES */ 35 /* EDEADLK */]);

/** An empty array has no address, and in a transaction libtdb does not store a key without one. */
function pointerTo(bytes: Uint8Array): Bytes {
  return bytes.length === 0 ? EMPTY : bytes as Bytes;
}

/** Lengths as FFI wants them: to make a BigInt costs more than such a call. */
const SIZES: readonly bigint[] = Array.from({ length: 1024 }, (_, size) => BigInt(size));

function sizeOf(length: number): bigint {
  return SIZES[length] ?? BigInt(length);
}

/** What {@link NativeTdb} needs besides the handle. */
export interface NativeOptions {
  readonly log: Logger | undefined;
  /** INCOMPATIBLE_HASH if that is what the file was made with, whatever it was opened with. */
  readonly hashFlags: number;
  /** Reads the file; absent when there is none. */
  readonly read: OpenFileReader | undefined;
  readonly unregister: () => void;
}

/** An open file of libtdb. */
export class NativeTdb implements Tdb {
  readonly name: string;
  readonly hashSize: number;
  readonly #tdb: TdbSymbols = tdbLibrary().tdb;
  readonly #errno = tdbLibrary().errno;
  readonly #options: NativeOptions;
  #handle: Deno.PointerObject | undefined;
  /** The file's records; absent where they must not be looked at past libtdb. */
  #records: MappedRecords | undefined;
  /** How often the lock for writing over all chains is held or marked. */
  #allLocks = 0;

  constructor(name: string, handle: Deno.PointerObject, options: NativeOptions) {
    this.name = name;
    this.#handle = handle;
    this.#options = options;
    this.hashSize = this.#tdb.tdb_hash_size(handle);
    setTdbLogger(handle, options.log);
    const header = options.read === undefined ? undefined : readFileHeader(options.read);
    // What counts changes, or has no mapping of its own, is libtdb's alone.
    const apart = TdbFlag.SEQNUM | TdbFlag.INTERNAL | TdbFlag.NOMMAP;
    if (header !== undefined && (this.#tdb.tdb_get_flags(handle) & apart) === 0) {
      this.#records = new MappedRecords(this.#tdb.tdb_fd(handle), header);
    }
  }

  get flags(): number {
    return this.#tdb.tdb_get_flags(this.#open("flags"));
  }

  get mapSize(): number {
    return Number(this.#tdb.tdb_map_size(this.#open("map size")));
  }

  get inTransaction(): boolean {
    return this.#tdb.tdb_transaction_active(this.#open("transaction state"));
  }

  fetch(key: Uint8Array): Uint8Array | undefined {
    return this.parse(key, (value) => value.slice());
  }

  parse<T>(key: Uint8Array, read: (value: Uint8Array) => T): T | undefined {
    const handle = this.#open("parse");
    const before = seriousLineCount();
    const { status, result } = withParser(
      read,
      (parser) =>
        this.#tdb.tdb_parse_record(handle, pointerTo(key), sizeOf(key.length), parser, null),
    );
    if (status === 0) return result as T;
    if (this.#code() !== "NOEXIST") throw this.#error("fetch");
    this.#assertReadable("fetch", before);
    return undefined;
  }

  readLocked<T>(
    key: Uint8Array,
    read: (bytes: Uint8Array, start: number, end: number) => T,
  ): T | undefined {
    const records = this.#mapped();
    const at = records?.find(key, tdbHash(key, this.#options.hashFlags)) ?? NOT_CLEAR;
    if (records !== undefined && at > NOT_THERE) return records.read(at, read);
    if (at === NOT_THERE) return undefined;
    return this.parse(key, (value) => read(value, 0, value.length));
  }

  storeLocked(key: Uint8Array, value: Uint8Array, length: number = value.length): void {
    const records = this.#mapped();
    const at = records?.find(key, tdbHash(key, this.#options.hashFlags)) ?? NOT_THERE;
    if (records === undefined || at <= NOT_THERE) {
      return this.storeFirst(key, key.length, value, length);
    }
    if (records.replace(at, value, length)) return;
    const old = records.value(at);
    try {
      this.storeFirst(key, key.length, value, length);
    } catch (error) {
      this.#putBack(key, old);
      throw error;
    }
  }

  /**
   * libtdb takes a record out before it looks for the room that a larger one needs: when there is
   * none, the record is gone. There is room for what was there.
   */
  #putBack(key: Uint8Array, old: Uint8Array): void {
    try {
      if (!this.exists(key)) this.store(key, old, "insert");
    } catch {
      // What failed first is what the caller hears of.
    }
  }

  store(key: Uint8Array, value: Uint8Array, mode: StoreMode = "replace"): void {
    this.#store(pointerTo(key), key.length, pointerTo(value), value.length, mode);
  }

  storeFirst(key: Uint8Array, keyLength: number, value: Uint8Array, valueLength: number): void {
    this.#store(pointerTo(key), keyLength, pointerTo(value), valueLength, "replace");
  }

  #store(
    key: Bytes,
    keyLength: number,
    value: Bytes,
    valueLength: number,
    mode: StoreMode,
  ): void {
    const before = seriousLineCount();
    const handle = this.#open("store");
    const flag = STORE_MODES[mode];
    const { tdb_store } = this.#tdb;
    const status = tdb_store(handle, key, sizeOf(keyLength), value, sizeOf(valueLength), flag);
    if (status !== 0) throw this.#writeError("store", mode === "modify");
    this.#assertReadable("store", before);
  }

  delete(key: Uint8Array): boolean {
    if (this.#tdb.tdb_delete(this.#open("delete"), pointerTo(key), sizeOf(key.length)) === 0) {
      return true;
    }
    if (this.#code() === "NOEXIST") return false;
    throw this.#error("delete");
  }

  exists(key: Uint8Array): boolean {
    const before = seriousLineCount();
    const status = this.#tdb.tdb_exists(this.#open("exists"), pointerTo(key), sizeOf(key.length));
    this.#assertReadable("find", before);
    return status === 1;
  }

  chainOf(key: Uint8Array): number {
    return chainOf(key, this.hashSize, this.#options.hashFlags);
  }

  chainLock(key: Uint8Array): void {
    this.#onKey("lock chain of", this.#tdb.tdb_chainlock, key);
  }

  tryChainLock(key: Uint8Array): boolean {
    return this.#tryOnKey("lock chain of", this.#tdb.tdb_chainlock_nonblock, key);
  }

  chainUnlock(key: Uint8Array): void {
    this.#dropKey("unlock chain of", this.#tdb.tdb_chainunlock, key);
  }

  chainLockRead(key: Uint8Array): void {
    this.#onKey("read-lock chain of", this.#tdb.tdb_chainlock_read, key);
  }

  tryChainLockRead(key: Uint8Array): boolean {
    return this.#tryOnKey("read-lock chain of", this.#tdb.tdb_chainlock_read_nonblock, key);
  }

  chainUnlockRead(key: Uint8Array): void {
    this.#dropKey("read-unlock chain of", this.#tdb.tdb_chainunlock_read, key);
  }

  chainLockMark(key: Uint8Array): void {
    this.#onKey("mark chain of", this.#tdb.tdb_chainlock_mark, key);
  }

  chainLockUnmark(key: Uint8Array): void {
    this.#dropKey("unmark chain of", this.#tdb.tdb_chainlock_unmark, key);
  }

  lockAll(): void {
    this.#plain("lock all of", this.#tdb.tdb_lockall);
    this.#allLocks++;
  }

  tryLockAll(): boolean {
    if (!this.#tryPlain("lock all of", this.#tdb.tdb_lockall_nonblock)) return false;
    this.#allLocks++;
    return true;
  }

  unlockAll(): void {
    this.#drop("unlock all of", this.#tdb.tdb_unlockall);
    this.#allLocks--;
  }

  lockAllRead(): void {
    this.#plain("read-lock all of", this.#tdb.tdb_lockall_read);
  }

  tryLockAllRead(): boolean {
    return this.#tryPlain("read-lock all of", this.#tdb.tdb_lockall_read_nonblock);
  }

  unlockAllRead(): void {
    this.#drop("read-unlock all of", this.#tdb.tdb_unlockall_read);
  }

  lockAllMark(): void {
    this.#plain("mark all of", this.#tdb.tdb_lockall_mark);
    this.#allLocks++;
  }

  lockAllUnmark(): void {
    this.#drop("unmark all of", this.#tdb.tdb_lockall_unmark);
    this.#allLocks--;
  }

  transactionLockMark(): void {
    this.#plain("mark transaction of", this.#tdb.tdb_transaction_write_lock_mark);
  }

  transactionLockUnmark(): void {
    this.#drop("unmark transaction of", this.#tdb.tdb_transaction_write_lock_unmark);
  }

  tryFreelistLock(): boolean {
    return this.#tryLockList(FREELIST, F_WRLCK);
  }

  freelistUnlock(): void {
    const handle = this.#open("unlock free list of");
    const status = this.#tdb.tdb_unlock(handle, FREELIST, F_WRLCK);
    if (status !== 0) throw this.#fail("unlock free list of", "NOLOCK");
  }

  transactionStart(): void {
    this.#plain("start transaction on", this.#tdb.tdb_transaction_start);
  }

  tryTransactionStart(): boolean {
    // libtdb's own "nonblock" covers the transaction lock only and then waits for every chain.
    if (!this.inTransaction) {
      if (!this.tryLockAllRead()) return false;
      this.unlockAllRead();
    }
    return this.#tryPlain("start transaction on", this.#tdb.tdb_transaction_start_nonblock);
  }

  transactionPrepareCommit(): void {
    this.#inner("prepare commit of", this.#tdb.tdb_transaction_prepare_commit);
  }

  transactionCommit(): void {
    this.#inner("commit", this.#tdb.tdb_transaction_commit);
  }

  transactionCancel(): void {
    this.#inner("cancel transaction on", this.#tdb.tdb_transaction_cancel);
  }

  traverse(visit: RecordVisitor): number {
    const handle = this.#open("traverse");
    return this.#walk("traverse", visit, (f) => this.#tdb.tdb_traverse(handle, f, null)).visited;
  }

  traverseRead(visit: RecordVisitor): number {
    const handle = this.#open("traverse");
    const { tdb_traverse_read } = this.#tdb;
    return this.#walk("traverse", visit, (f) => tdb_traverse_read(handle, f, null)).visited;
  }

  traverseChain(chain: number, visit: RecordVisitor): number {
    return this.#walkChain(chain, visit).visited;
  }

  scan(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.#scan(chain, limit, (at) => this.#walkChain(at, visit));
  }

  scanInPlace(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.#scan(
      chain,
      limit,
      (at) => this.#mapped()?.visitChain(at, visit) ?? this.#walkChain(at, visit),
    );
  }

  #scan(chain: number, limit: ScanLimit, visit: ChainReader["visit"]): ScanResult {
    const handle = this.#open("scan");
    return scanChains(
      {
        hashSize: this.hashSize,
        tryLock: (at) => this.#tryLockList(at, F_RDLCK),
        unlock: (at) => this.#check("unlock chain of", this.#tdb.tdb_unlock(handle, at, F_RDLCK)),
        visit,
        emptyBetween: (from, to) => this.#emptyBetween(from, to),
      },
      chain,
      limit,
    );
  }

  seqnum(): number {
    return this.#tdb.tdb_get_seqnum(this.#open("sequence number"));
  }

  enableSeqnum(): void {
    this.#records?.close();
    this.#records = undefined;
    this.#tdb.tdb_enable_seqnum(this.#open("enable sequence number"));
  }

  incrementSeqnumNonblock(): void {
    this.#tdb.tdb_increment_seqnum_nonblock(this.#open("increment sequence number"));
  }

  addFlags(flags: number): void {
    this.#tdb.tdb_add_flags(this.#open("add flags"), flags);
  }

  removeFlags(flags: number): void {
    this.#tdb.tdb_remove_flags(this.#open("remove flags"), flags);
  }

  setMaxDead(count: number): void {
    this.#tdb.tdb_set_max_dead(this.#open("set max dead"), count);
  }

  repack(): void {
    this.#plain("repack", this.#tdb.tdb_repack);
  }

  wipe(): void {
    this.#plain("wipe", this.#tdb.tdb_wipe_all);
  }

  freelistSize(): number {
    const size = this.#tdb.tdb_freelist_size(this.#open("free list size"));
    if (size < 0) throw this.#error("count free list of");
    return size;
  }

  check(): boolean {
    if (this.#tdb.tdb_check(this.#open("check"), null, null) === 0) return true;
    const error = this.#error("check");
    if (error.code === "CORRUPT" || error.code === "IO") return false;
    throw error;
  }

  close(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#releaseMutexes(handle);
    this.#records?.close();
    this.#records = undefined;
    this.#handle = undefined;
    try {
      if (this.#tdb.tdb_close(handle) !== 0) throw this.#fail("close", "IO");
    } finally {
      this.#options.unregister();
      dropTdbLogger(handle);
    }
  }

  /**
   * Unmapping a mutex that this thread holds would leave the thread's list of robust mutexes with a
   * hole in it, and the next lock of any file would crash.
   */
  #releaseMutexes(handle: Deno.PointerObject): void {
    const { read } = this.#options;
    const area = read && readFileHeader(read)?.mutexes ? MutexArea.of(read) : undefined;
    if (area === undefined) return;
    if (this.inTransaction) this.#tdb.tdb_transaction_cancel(handle);
    const thread = tdbLibrary().libc.gettid();
    for (let tries = 0; area.allOwner() === thread && tries < MAX_NESTED_LOCKS; tries++) {
      if (this.#tdb.tdb_unlockall(handle) !== 0) this.#tdb.tdb_unlockall_read(handle);
    }
    const owned = area.owners(this.hashSize).filter(({ owner }) => owner === thread);
    for (const { chain } of owned) {
      for (let tries = 0; area.chainOwner(chain) === thread && tries < MAX_NESTED_LOCKS; tries++) {
        this.#tdb.tdb_unlock(handle, chain, F_WRLCK);
      }
    }
  }

  /** The records, unless a transaction has newer ones that the file does not show. */
  #mapped(): MappedRecords | undefined {
    return this.#records === undefined || this.inTransaction ? undefined : this.#records;
  }

  #walkChain(chain: number, visit: RecordVisitor) {
    const handle = this.#open("traverse");
    const { tdb_traverse_chain } = this.#tdb;
    return this.#walk("traverse", visit, (f) => tdb_traverse_chain(handle, chain, f, null));
  }

  /** Under the lock over all chains only, and not in a transaction, which the file does not show. */
  #emptyBetween(from: number, to: number) {
    const { read } = this.#options;
    if (read === undefined || this.#allLocks === 0 || this.inTransaction) return undefined;
    return emptyChains(read, from, to);
  }

  #walk(operation: string, visit: RecordVisitor, run: (f: Deno.PointerObject) => number) {
    const outcome = withVisitor(visit, run);
    if (outcome.status < 0) throw this.#error(operation);
    return outcome;
  }

  #tryLockList(list: number, type: number): boolean {
    const status = this.#tdb.tdb_lock_nonblock(this.#open("lock"), list, type);
    return status === 0 || this.#busy("lock");
  }

  #onKey(operation: string, call: KeyFunction, key: Uint8Array): void {
    this.#check(operation, call(this.#open(operation), pointerTo(key), sizeOf(key.length)));
  }

  #tryOnKey(operation: string, call: KeyFunction, key: Uint8Array): boolean {
    const status = call(this.#open(operation), pointerTo(key), sizeOf(key.length));
    return status === 0 || this.#busy(operation);
  }

  #plain(operation: string, call: PlainFunction): void {
    this.#check(operation, call(this.#open(operation)));
  }

  #tryPlain(operation: string, call: PlainFunction): boolean {
    return call(this.#open(operation)) === 0 || this.#busy(operation);
  }

  /** libtdb reports a chain that it cannot read as one without the record, except in its log. */
  #assertReadable(operation: string, linesBefore: number): void {
    if (seriousLineCount() !== linesBefore) throw this.#fail(operation, "CORRUPT");
  }

  /** libtdb sets no code when there is no transaction. */
  #inner(operation: string, call: PlainFunction): void {
    if (!this.inTransaction) throw this.#fail(operation, "EINVAL");
    if (call(this.#open(operation)) !== 0) throw this.#writeError(operation, false);
  }

  /** When a file cannot grow libtdb leaves the code of its search for the record, or none, and no errno. */
  #writeError(operation: string, mayMiss: boolean): TdbError {
    const error = this.#error(operation);
    if ((error.code !== "NOEXIST" && error.code !== "SUCCESS") || mayMiss) return error;
    const errno = this.#errno[0]!;
    const text = errno === 0 ? "the disk may be full" : errnoText(errno);
    return new TdbError(operation, this.name, "IO", { errno, text });
  }

  /** Unlocking fails only when there is no lock, and libtdb does not always set a code for that. */
  #drop(operation: string, call: PlainFunction): void {
    if (call(this.#open(operation)) !== 0) throw this.#fail(operation, "NOLOCK");
  }

  #dropKey(operation: string, call: KeyFunction, key: Uint8Array): void {
    const status = call(this.#open(operation), pointerTo(key), sizeOf(key.length));
    if (status !== 0) throw this.#fail(operation, "NOLOCK");
  }

  /** `false` after a call that failed because the lock is taken; throws after any other failure. */
  #busy(operation: string): false {
    const code = this.#code();
    if ((code === "LOCK" || code === "NOLOCK") && BUSY.has(this.#errno[0]!)) return false;
    throw this.#error(operation);
  }

  #check(operation: string, status: number): void {
    if (status !== 0) throw this.#error(operation);
  }

  /** Why the last call failed. Errors are made only for failures, since making one is slow. */
  #code(): TdbErrorCode {
    return tdbErrorCode(this.#tdb.tdb_error(this.#handle ?? null));
  }

  #error(operation: string): TdbError {
    return this.#fail(operation, this.#code());
  }

  #fail(operation: string, code: TdbErrorCode): TdbError {
    const errno = this.#errno[0]!;
    const system = errno === 0 ? undefined : { errno, text: errnoText(errno) };
    return new TdbError(operation, this.name, code, system);
  }

  /** The handle for the next call, with `errno` cleared so that an old value is not taken for its. */
  #open(operation: string): Deno.PointerObject {
    this.#errno[0] = 0;
    if (this.#handle === undefined) throw new TdbError(`${operation} closed`, this.name, "EINVAL");
    return this.#handle;
  }
}
