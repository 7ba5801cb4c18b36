import { RecordFlag, RO_FLAGS } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { FetchedRecord } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import type { RecordStore } from "../record-store.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";
import { Revoke, type RevokePacket, revokes } from "./revoke.ts";

/**
 * Calling read-only copies back before a record is written (`records.md` 9.4, 9.5). The caller holds
 * the chain of the key.
 */
export class Revokes {
  readonly #host: RecordsHost;
  readonly #store: RecordStore;
  readonly #locks: KeyLocks;
  readonly #stats: RecordsStatistics;

  constructor(host: RecordsHost, store: RecordStore, locks: KeyLocks, stats: RecordsStatistics) {
    this.#host = host;
    this.#store = store;
    this.#locks = locks;
    this.#stats = stats;
  }

  /**
   * Looks at the revoke flags of a record that is asked for. Finishes a complete revoke, so that the
   * request goes on with plain flags; parks the packet (`true`) behind one that is under way.
   */
  holdsUp(db: Database, key: Uint8Array, record: FetchedRecord, packet: RevokePacket): boolean {
    const { flags } = record.header;
    if ((flags & RecordFlag.RO_REVOKE_COMPLETE) !== 0) {
      this.#finish(db, key, record);
      return false;
    }
    if ((flags & RecordFlag.RO_REVOKING_READONLY) === 0) return false;
    const revoke = revokes.of(db).get(key);
    // A mark without a revoke is left over from a worker that failed: begin once more.
    if (revoke === undefined) this.start(db, key, record, packet);
    else this.#park(db, revoke, packet);
    return true;
  }

  /** Starts to call back all copies; `packet` goes on when that is done. */
  start(db: Database, key: Uint8Array, record: FetchedRecord, packet: RevokePacket): void {
    const { header, data } = record;
    header.flags = (header.flags | RecordFlag.RO_REVOKING_READONLY) >>> 0;
    if (this.#store.store(db, key, header, data) !== "stored") {
      this.#host.fatal(`mark record of ${db.name} as being revoked: store failed`);
    }
    const revoke = new Revoke(
      { host: this.#host, store: this.#store, locks: this.#locks },
      db,
      key,
      record,
    );
    this.#park(db, revoke, packet);
  }

  /** A recovery has replaced all copies: every revoke ends, and the tracking starts anew (9.6). */
  recovered(db: Database): void {
    for (const revoke of revokes.of(db).values()) revoke.abandon();
    try {
      db.tracking?.wipe();
    } catch (error) {
      this.#host.log.error(
        `wipe tracking of ${db.name}, read-only copies are off: ${faultText(error)}`,
      );
      db.tracking?.close();
      db.tracking = undefined;
      db.readonly = false;
    }
  }

  /** Ends the revokes of a database that goes away. */
  drop(db: Database): void {
    for (const revoke of revokes.of(db).values()) revoke.drop();
    db.tracking?.close();
    db.tracking = undefined;
  }

  #park(db: Database, revoke: Revoke, packet: RevokePacket): void {
    if (revoke.park(packet)) return;
    this.#host.forceRecovery(`${db.name}: no place to park a packet behind a revoke`);
  }

  #finish(db: Database, key: Uint8Array, { header, data }: FetchedRecord): void {
    header.flags = (header.flags & ~RO_FLAGS) >>> 0;
    if (this.#store.store(db, key, header, data) === "failed") {
      this.#host.fatal(`finish revoke of a record of ${db.name}: store failed`);
    }
    this.#stats.count(RecordsCount.totalRoRevokes);
    db.tally.roRevokes++;
    try {
      db.tracking?.forget(key);
    } catch (error) {
      this.#host.fatal(`forget copies of a record of ${db.name}: ${faultText(error)}`);
    }
  }
}
