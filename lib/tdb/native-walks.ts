import { usedChains } from "./chain-heads.ts";
import type { MappedRecords } from "./mapped-records.ts";
import { MutexArea } from "./mutex-area.ts";
import { withVisitor } from "./native-callbacks.ts";
import { F_RDLCK, NativeLocks } from "./native-locks.ts";
import type { OpenFileReader } from "./open-files.ts";
import { type ChainReader, scanChains, visitJoined } from "./scan.ts";
import type { PlacedVisitor, RecordVisitor, ScanLimit, ScanResult } from "./tdb.ts";

/** Walks over the records of a file of libtdb. */
export abstract class NativeWalks extends NativeLocks {
  abstract readonly hashSize: number;
  /** Reads the file; absent when there is none. */
  protected abstract readonly read: OpenFileReader | undefined;
  /** The file's records; absent where they must not be looked at past libtdb. */
  protected abstract records: MappedRecords | undefined;

  /** The records, unless a transaction has newer ones that the file does not show. */
  protected get mapped(): MappedRecords | undefined {
    return this.records === undefined || this.inTransaction ? undefined : this.records;
  }

  traverse(visit: RecordVisitor): number {
    const handle = this.handleFor("traverse");
    return this.#walk(visit, (f) => this.tdb.tdb_traverse(handle, f, null)).visited;
  }

  traverseRead(visit: RecordVisitor): number {
    const handle = this.handleFor("traverse");
    return this.#walk(visit, (f) => this.tdb.tdb_traverse_read(handle, f, null)).visited;
  }

  traverseChain(chain: number, visit: RecordVisitor): number {
    return this.#walkChain(chain, visit).visited;
  }

  scan(chain: number, limit: ScanLimit, visit: RecordVisitor): ScanResult {
    return this.#scan(chain, limit, (at) => this.#walkChain(at, visit));
  }

  scanInPlace(chain: number, limit: ScanLimit, visit: PlacedVisitor): ScanResult {
    return this.#scan(
      chain,
      limit,
      (at) => this.mapped?.visitChain(at, visit) ?? this.#walkChain(at, visitJoined(visit)),
    );
  }

  #scan(chain: number, limit: ScanLimit, visit: ChainReader["visit"]): ScanResult {
    const handle = this.handleFor("scan");
    return scanChains(
      {
        hashSize: this.hashSize,
        tryLock: (at) => this.tryLockList(at, F_RDLCK),
        unlock: (at) =>
          this.assertDone("unlock chain of", this.tdb.tdb_unlock(handle, at, F_RDLCK)),
        visit,
        hasAll: this.hasAll,
        usedBetween: (from, to) => this.#usedBetween(from, to),
      },
      chain,
      limit,
    );
  }

  /** Not in a transaction, which the file does not show. */
  #usedBetween(from: number, to: number) {
    const { read, mapped } = this;
    if (read === undefined || this.inTransaction) return undefined;
    if (this.hasAll) return usedChains(read, from, to);
    const mutexes = this.mutexPages === undefined ? undefined : MutexArea.of(read)?.words;
    if (mapped === undefined || mutexes === undefined) return undefined;
    return (chain: number) => mapped.nextUsed(chain, to, mutexes);
  }

  #walkChain(chain: number, visit: RecordVisitor) {
    const handle = this.handleFor("traverse");
    const { tdb_traverse_chain } = this.tdb;
    return this.#walk(visit, (f) => tdb_traverse_chain(handle, chain, f, null));
  }

  #walk(visit: RecordVisitor, run: (f: Deno.PointerObject) => number) {
    const outcome = withVisitor(visit, run);
    if (outcome.status < 0) throw this.lastError("traverse");
    return outcome;
  }
}
