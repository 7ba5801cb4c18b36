import { MAX_TRACKED_PNN } from "../../limits/mod.ts";
import { RecordsError } from "../errors.ts";
import type { Tdb } from "../../tdb/mod.ts";

/**
 * Which nodes hold read-only copies of a record: the `.RO` database, key to bitmap, bit n of byte
 * n/8 for node n (`records.md` 9.1). Only the main process touches the file, so it takes no locks.
 */
export class Tracking {
  readonly #tdb: Tdb;

  constructor(tdb: Tdb) {
    this.#tdb = tdb;
  }

  /** Notes that `pnn` has a copy. Throws when it cannot be stored. */
  add(key: Uint8Array, pnn: number): void {
    if (pnn > MAX_TRACKED_PNN) throw new RecordsError(`note read-only copy, node: ${pnn}`);
    const old = this.#tdb.fetch(key) ?? new Uint8Array(0);
    const byte = pnn >> 3;
    const bitmap = new Uint8Array(Math.max(old.length, byte + 1));
    bitmap.set(old);
    bitmap[byte]! |= 1 << (pnn & 7);
    this.#tdb.store(key, bitmap);
  }

  /** Pnns of the nodes with copies, ascending. */
  holders(key: Uint8Array): readonly number[] {
    const bitmap = this.#tdb.fetch(key) ?? new Uint8Array(0);
    const pnns: number[] = [];
    for (let pnn = 0; pnn < Math.min(bitmap.length * 8, MAX_TRACKED_PNN + 1); pnn++) {
      if ((bitmap[pnn >> 3]! & (1 << (pnn & 7))) !== 0) pnns.push(pnn);
    }
    return pnns;
  }

  /** Nobody has a copy of the record any more. */
  forget(key: Uint8Array): void {
    this.#tdb.delete(key);
  }

  /** Nobody has a copy of anything: all were overwritten by a recovery. */
  wipe(): void {
    this.#tdb.wipe();
  }

  close(): void {
    this.#tdb.close();
  }
}
