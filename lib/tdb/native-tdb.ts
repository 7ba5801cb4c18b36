import type { Logger } from "../base/mod.ts";
import { MAX_NESTED_LOCKS } from "../limits/mod.ts";
import { readFileHeader } from "./file-header.ts";
import { chainOf } from "./hash.ts";
import { TdbFlag } from "./flags.ts";
import { tdbLibrary } from "./library.ts";
import { MappedRecords, NOT_THERE } from "./mapped-records.ts";
import { MutexArea } from "./mutex-area.ts";
import { MutexPages } from "./mutex-pages.ts";
import { withParser } from "./native-callbacks.ts";
import { pointerTo, sizeOf } from "./native-calls.ts";
import { F_WRLCK } from "./native-locks.ts";
import { dropTdbLogger, seriousLineCount, setTdbLogger } from "./native-log.ts";
import { NativeStores } from "./native-stores.ts";
import type { OpenFileReader } from "./open-files.ts";
import { MappedLoader, PlainLoader } from "./record-loader.ts";
import type { RecordLoader, Tdb } from "./tdb.ts";

/** Dead records that a chain of a file opened with VOLATILE keeps, unless told otherwise. */
const VOLATILE_DEAD_RECORDS = 5;

/** What {@link NativeTdb} needs besides the handle. */
export interface NativeOptions {
  readonly log: Logger | undefined;
  /** INCOMPATIBLE_HASH if that is what the file was made with, whatever it was opened with. */
  readonly hashFlags: number;
  /** Reads the file; absent when there is none. */
  readonly read: OpenFileReader | undefined;
  readonly unregister: () => void;
}

/** An open file of libtdb: its records, one by one. */
export class NativeTdb extends NativeStores implements Tdb {
  readonly hashSize: number;
  protected readonly mutexPages: MutexPages | undefined;
  protected readonly read: OpenFileReader | undefined;
  protected readonly hashFlags: number;
  readonly #options: NativeOptions;
  protected records: MappedRecords | undefined;
  /** Dead records that a chain keeps, by {@link setMaxDead} or libtdb's own default. */
  #maxDead: number;

  constructor(name: string, handle: Deno.PointerObject, options: NativeOptions) {
    super(name, handle);
    this.#options = options;
    this.read = options.read;
    this.hashFlags = options.hashFlags;
    this.hashSize = this.tdb.tdb_hash_size(handle);
    this.#maxDead = (this.flags & TdbFlag.VOLATILE) === 0 ? 0 : VOLATILE_DEAD_RECORDS;
    setTdbLogger(handle, options.log);
    const header = options.read === undefined ? undefined : readFileHeader(options.read);
    if (header?.mutexes === true) this.mutexPages = new MutexPages(name);
    const flags = this.tdb.tdb_get_flags(handle);
    this.counts = (flags & TdbFlag.SEQNUM) !== 0;
    // What libtdb has no mapping of is libtdb's alone.
    if (header !== undefined && (flags & (TdbFlag.INTERNAL | TdbFlag.NOMMAP)) === 0) {
      this.records = new MappedRecords(this.tdb.tdb_fd(handle), header);
    }
  }

  get flags(): number {
    return this.tdb.tdb_get_flags(this.handleFor("flags"));
  }

  get mapSize(): number {
    return Number(this.tdb.tdb_map_size(this.handleFor("map size")));
  }

  fetch(key: Uint8Array): Uint8Array | undefined {
    return this.parse(key, (value) => value.slice());
  }

  parse<T>(key: Uint8Array, read: (value: Uint8Array) => T): T | undefined {
    const handle = this.handleFor("parse");
    const before = seriousLineCount();
    const { status, result } = withParser(
      read,
      (parser) =>
        this.tdb.tdb_parse_record(handle, pointerTo(key), sizeOf(key.length), parser, null),
    );
    if (status === 0) return result as T;
    if (this.lastCode() !== "NOEXIST") throw this.lastError("fetch");
    this.assertReadable("fetch", before);
    return undefined;
  }

  readLocked<T>(
    key: Uint8Array,
    read: (bytes: Uint8Array, start: number, end: number) => T,
  ): T | undefined {
    const at = this.find(key);
    if (at > NOT_THERE) return this.records!.read(at, read);
    if (at === NOT_THERE) return undefined;
    return this.parse(key, (value) => read(value, 0, value.length));
  }

  loader(expected_bytes: number): RecordLoader {
    const records = this.mapped;
    if (records === undefined || !this.hasAll || !MappedLoader.isFor(expected_bytes)) {
      return new PlainLoader(this);
    }
    const { hashFlags } = this;
    const free = (key: Uint8Array) => this.#deleteForGood(key);
    return new MappedLoader({ tdb: this, records, hashFlags, free }, expected_bytes);
  }

  #deleteForGood(key: Uint8Array): void {
    const handle = this.handleFor("delete");
    this.tdb.tdb_set_max_dead(handle, 0);
    try {
      this.delete(key);
    } finally {
      this.tdb.tdb_set_max_dead(handle, this.#maxDead);
    }
  }

  chainOf(key: Uint8Array): number {
    return chainOf(key, this.hashSize, this.hashFlags);
  }

  seqnum(): number {
    return this.tdb.tdb_get_seqnum(this.handleFor("sequence number"));
  }

  enableSeqnum(): void {
    this.tdb.tdb_enable_seqnum(this.handleFor("enable sequence number"));
    this.counts = true;
  }

  incrementSeqnumNonblock(): void {
    this.tdb.tdb_increment_seqnum_nonblock(this.handleFor("increment sequence number"));
  }

  addFlags(flags: number): void {
    this.tdb.tdb_add_flags(this.handleFor("add flags"), flags);
  }

  removeFlags(flags: number): void {
    this.tdb.tdb_remove_flags(this.handleFor("remove flags"), flags);
  }

  setMaxDead(count: number): void {
    this.tdb.tdb_set_max_dead(this.handleFor("set max dead"), count);
    this.#maxDead = count;
  }

  repack(): void {
    this.plain("repack", this.tdb.tdb_repack);
  }

  wipe(): void {
    this.plain("wipe", this.tdb.tdb_wipe_all);
  }

  freelistSize(): number {
    const size = this.tdb.tdb_freelist_size(this.handleFor("free list size"));
    if (size < 0) throw this.lastError("count free list of");
    return size;
  }

  check(): boolean {
    if (this.tdb.tdb_check(this.handleFor("check"), null, null) === 0) return true;
    const error = this.lastError("check");
    if (error.code === "CORRUPT" || error.code === "IO") return false;
    throw error;
  }

  close(): void {
    if (!this.isOpen) return;
    this.#releaseMutexes(this.handleFor("close"));
    this.mutexPages?.forget();
    this.records?.close();
    this.records = undefined;
    const handle = this.takeHandle();
    try {
      if (this.tdb.tdb_close(handle) !== 0) throw this.failure("close", "IO");
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
    if (this.inTransaction) this.tdb.tdb_transaction_cancel(handle);
    const thread = tdbLibrary().libc.gettid();
    for (let tries = 0; area.allOwner() === thread && tries < MAX_NESTED_LOCKS; tries++) {
      if (this.tdb.tdb_unlockall(handle) !== 0) this.tdb.tdb_unlockall_read(handle);
    }
    const owned = area.owners(this.hashSize).filter(({ owner }) => owner === thread);
    for (const { chain } of owned) {
      for (let tries = 0; area.chainOwner(chain) === thread && tries < MAX_NESTED_LOCKS; tries++) {
        this.tdb.tdb_unlock(handle, chain, F_WRLCK);
      }
    }
  }
}
