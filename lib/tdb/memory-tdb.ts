import { assertInvariant, sameBytes } from "../base/mod.ts";
import { TdbFlag } from "./flags.ts";
import { MemoryHandle, WOULD_WAIT } from "./memory-handle.ts";
import type { ChainLockType } from "./memory-locks.ts";
import { PlainLoader } from "./record-loader.ts";
import { scanChains, visitJoined } from "./scan.ts";
import { joinParts } from "./value-parts.ts";
import type {
  PlacedVisitor,
  RecordLoader,
  RecordVisitor,
  ScanLimit,
  ScanResult,
  StoreMode,
  Tdb,
} from "./tdb.ts";

const HEADER_SIZE = 168;

/** One owner's handle of a file in memory: its records, and walks over them. */
export class MemoryTdb extends MemoryHandle implements Tdb {
  get hashSize(): number {
    return this.file.table.hashSize;
  }

  get mapSize(): number {
    let size = HEADER_SIZE + 4 * this.hashSize;
    for (const { key, value } of this.file.table.records()) size += 24 + key.length + value.length;
    return size;
  }

  fetch(key: Uint8Array): Uint8Array | undefined {
    return this.parse(key, (value) => value.slice());
  }

  parse<T>(key: Uint8Array, read: (value: Uint8Array) => T): T | undefined {
    this.need("fetch", key, "read");
    const record = this.table.get(key);
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

  storeParts(key: Uint8Array, begin: Uint8Array, rest: Uint8Array, restStays: boolean): void {
    const value = joinParts(begin, rest);
    const old = restStays ? this.fetch(key) : undefined;
    assertInvariant(
      old?.length !== value.length || sameBytes(old.subarray(begin.length), rest),
      `store a begin in ${this.name}: the rest is another`,
    );
    this.store(key, value);
  }

  loader(_expected_bytes: number): RecordLoader {
    return new PlainLoader(this);
  }

  storeFirst(key: Uint8Array, keyLength: number, value: Uint8Array, valueLength: number): void {
    this.store(key.slice(0, keyLength), value.slice(0, valueLength));
  }

  store(key: Uint8Array, value: Uint8Array, mode: StoreMode = "replace"): void {
    this.needWritable("store");
    this.need("store", key, "write");
    this.needFreelist("store");
    const old = this.table.get(key);
    const present = old !== undefined;
    if (mode === "insert" && present) throw this.failure("store", "EXISTS");
    if (mode === "modify" && !present) throw this.failure("store", "NOEXIST");
    // What is there already is counted and not written, as in libtdb.
    if (!present || !sameBytes(old.value, value)) this.#write("store");
    this.table.set(key, value);
    if (!present && this.file.holes > 0) this.file.holes--;
    this.#changed();
  }

  delete(key: Uint8Array): boolean {
    this.needWritable("delete");
    this.need("delete", key, "write");
    if (this.table.get(key) === undefined) return false;
    this.needFreelist("delete");
    this.#write("delete");
    this.table.delete(key);
    this.file.holes++;
    this.#changed();
    return true;
  }

  exists(key: Uint8Array): boolean {
    this.need("exists", key, "read");
    return this.table.get(key) !== undefined;
  }

  traverse(visit: RecordVisitor): number {
    this.needWritable("traverse");
    if (!this.nolock && this.file.locks.transactionTaken(this)) {
      throw this.failure("traverse", "LOCK", WOULD_WAIT);
    }
    return this.#walkAll("write", visit);
  }

  traverseRead(visit: RecordVisitor): number {
    return this.reading(() => this.#walkAll("read", visit));
  }

  traverseChain(chain: number, visit: RecordVisitor): number {
    if (chain < 0 || chain >= this.hashSize) throw this.failure("traverse", "EINVAL");
    return this.reading(() => this.#walkChain(chain, "read", visit).visited);
  }

  scan(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.reading(() =>
      scanChains(
        {
          hashSize: this.hashSize,
          tryLock: (at) => this.takeChain("lock", at, "read"),
          unlock: (at) => this.giveChain(at),
          visit: (at) => this.#visitChain(at, visit),
        },
        chain,
        limit,
      )
    );
  }

  scanInPlace(chain: number, limit: ScanLimit, visit: PlacedVisitor): ScanResult {
    return this.scan(chain, limit, visitJoined(visit));
  }

  seqnum(): number {
    return this.file.seqnum + (this.transaction?.changes ?? 0);
  }

  incrementSeqnumNonblock(): void {
    if (this.flags & TdbFlag.SEQNUM) this.file.seqnum++;
  }

  setMaxDead(_count: number): void {
    this.assertOpen("set max dead of");
  }

  repack(): void {
    if (this.transaction !== undefined) throw this.failure("repack", "NESTING");
    this.transactionStart();
    this.#changed();
    this.transactionCommit();
    this.file.holes = 1;
  }

  wipe(): void {
    this.needWritable("wipe");
    this.mustLock("wipe", this.takeAll("wipe", "write"));
    this.#write("wipe");
    for (const { key } of [...this.table.records()]) this.table.delete(key);
    this.file.holes = 1;
    this.#changed();
    if (!this.lockless) this.held.unlockAll("write");
  }

  freelistSize(): number {
    this.assertOpen("count free list of");
    return this.file.holes;
  }

  check(): boolean {
    this.mustLock("check", this.takeAll("check", "read"));
    if (!this.lockless) this.held.unlockAll("read");
    return true;
  }

  #walkAll(type: ChainLockType, visit: RecordVisitor): number {
    let visited = 0;
    for (const chain of this.table.chains()) {
      const walk = this.#walkChain(chain, type, visit);
      visited += walk.visited;
      if (walk.stopped) break;
    }
    return visited;
  }

  #walkChain(chain: number, type: ChainLockType, visit: RecordVisitor) {
    this.mustLock("traverse", this.takeChain("traverse", chain, type));
    try {
      return this.#visitChain(chain, visit);
    } finally {
      this.giveChain(chain);
    }
  }

  #visitChain(chain: number, visit: RecordVisitor) {
    let visited = 0;
    for (const { key } of this.table.chain(chain)) {
      const record = this.table.get(key);
      if (record === undefined) continue; // An earlier visit deleted it.
      visited++;
      if (visit(record.key.slice(), record.value.slice()) === false) {
        return { visited, stopped: true };
      }
    }
    return { visited, stopped: false };
  }

  #changed(): void {
    if ((this.flags & TdbFlag.SEQNUM) === 0) return;
    if (this.transaction !== undefined) this.transaction.changes++;
    else this.file.seqnum++;
  }

  /** The last step before a write: a transaction that is prepared takes no more, and is lost. */
  #write(operation: string): void {
    if (this.transaction?.write() === false) throw this.failure(operation, "EINVAL");
  }
}
