import { type Timer } from "../../base/mod.ts";
import { faultText } from "../errors.ts";
import {
  type ControlName,
  controls,
  RecordBufferWriter,
  RecordFlag,
  type RecordHeader,
  recordValue,
} from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import type { FetchedRecord } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import { KeyMap } from "../key-map.ts";
import { type ParkedPacket, ParkingLot } from "../parking.ts";
import type { RecordStore } from "../record-store.ts";
import { Room } from "../rooms.ts";

/** What waits for a revoke that failed, or only reads, is held back for this long. */
const LATER_ms = 1000;

/** Flags that must both be on the record when all copies are back. */
const REVOKING = RecordFlag.RO_REVOKING_READONLY | RecordFlag.RO_HAVE_DELEGATIONS;

/** Revokes of read-only copies that are under way. */
export const revokes: Room<KeyMap<Revoke>> = new Room(() => new KeyMap());

/** A packet that waits for a revoke. */
export interface RevokePacket extends ParkedPacket {
  /** It wants a read-only copy: goes on later than those that write. */
  readonly readonly: boolean;
}

/** What a {@link Revoke} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly store: RecordStore;
  readonly locks: KeyLocks;
}

/** One record whose read-only copies are being called back, and the packets that wait for that. */
export class Revoke {
  readonly #parts: Ports;
  readonly #db: Database;
  readonly #key: Uint8Array;
  readonly #rsn: bigint;
  readonly #writers: ParkingLot;
  readonly #readers: ParkingLot;
  readonly #controls = new Set<{ cancel(): void }>();
  #waiting = 0;
  #failed = false;
  #ended = false;

  /** Registers itself and asks all holders of copies at once. */
  constructor(parts: Ports, db: Database, key: Uint8Array, record: FetchedRecord) {
    this.#parts = parts;
    this.#db = db;
    this.#key = key.slice();
    this.#writers = new ParkingLot(db.parking);
    this.#readers = new ParkingLot(db.parking);
    // The copies become ordinary stale ones, one behind the owner.
    const update: RecordHeader = {
      rsn: record.header.rsn - 1n,
      dmaster: record.header.dmaster,
      flags: ((record.header.flags & ~(REVOKING | RecordFlag.RO_HAVE_READONLY)) |
        RecordFlag.MIGRATED_WITH_DATA) >>> 0,
    };
    this.#rsn = update.rsn;
    revokes.of(db).set(this.#key, this);
    this.#ask(update, record.data);
  }

  park(packet: RevokePacket): boolean {
    return (packet.readonly ? this.#readers : this.#writers).park(packet);
  }

  /** A recovery has made the revoke void: those who wait ask again in a while. */
  abandon(): void {
    this.#end(false);
  }

  /** The database goes away, and those who wait with it. */
  drop(): void {
    this.#leave();
    this.#writers.takeAll();
    this.#readers.takeAll();
  }

  #ask(update: RecordHeader, data: Uint8Array): void {
    const { host } = this.#parts;
    const writer = new RecordBufferWriter(this.#db.id);
    writer.append(this.#key, recordValue(update, data));
    const buffer = writer.finish();
    const holders = this.#holders();
    this.#waiting = holders.length;
    for (const pnn of holders) {
      const options = { timeout_ms: host.tunable("ControlTimeout") * 1000 };
      const { opcode } = controls["UPDATE_RECORD" satisfies ControlName];
      const control = host.sendControl(pnn, opcode, buffer, options, ({ status }) => {
        this.#controls.delete(control);
        this.#answered(status === 0);
      });
      this.#controls.add(control);
    }
    // The C daemon waits for the full time-out when nobody holds a copy; there is no need to.
    if (holders.length === 0) host.defer(() => this.#store());
  }

  #holders(): readonly number[] {
    const { host } = this.#parts;
    try {
      return this.#db.tracking?.holders(this.#key).filter((pnn) => pnn !== host.pnn) ?? [];
    } catch (error) {
      return host.fatal(`read who has copies of a record of ${this.#db.name}: ${faultText(error)}`);
    }
  }

  #answered(ok: boolean): void {
    if (!ok) this.#failed = true;
    if (--this.#waiting === 0) this.#store();
  }

  /** All have answered: marks the record, under its chain lock, for the next request to finish. */
  #store(): void {
    if (this.#ended) return;
    const { locks } = this.#parts;
    const lock = locks.acquire(this.#db, this.#key);
    if (lock === "busy") {
      const parked = locks.wait(this.#db, this.#key, { bytes: 0, resume: () => this.#store() });
      if (!parked) this.#end(false);
      return;
    }
    if (lock === "failed") return this.#end(false);
    let ok = false;
    try {
      ok = this.#mark();
    } catch (error) {
      this.#parts.host.log.error(`revoke copies in ${this.#db.name}: ${faultText(error)}`);
    } finally {
      locks.release(this.#db, this.#key);
    }
    // A holder that is gone fails at once: to begin again at once would be a loop that nothing ends.
    this.#end(ok && !this.#failed);
  }

  #mark(): boolean {
    const { host, store } = this.#parts;
    const record = store.peek(this.#db, this.#key);
    if (
      record === undefined || record.header.rsn > this.#rsn + 1n ||
      (record.header.flags & REVOKING) !== REVOKING
    ) {
      host.log.error(`record of ${this.#db.name} changed while its copies were revoked`);
      return false;
    }
    const { header } = record;
    if (this.#failed) {
      header.flags = (header.flags & ~RecordFlag.RO_REVOKING_READONLY) >>> 0;
    } else {
      header.rsn += 1n;
      header.flags = (header.flags | RecordFlag.RO_REVOKE_COMPLETE) >>> 0;
    }
    return store.store(this.#db, this.#key, header, record.data) === "stored";
  }

  #end(ok: boolean): void {
    if (this.#ended) return;
    this.#leave();
    const { host } = this.#parts;
    if (ok) { for (const packet of this.#writers.takeAll()) host.defer(() => packet.resume()); }
    if (this.#writers.size + this.#readers.size === 0) return;
    const timer: Timer = host.setTimer(LATER_ms, () => {
      this.#db.laterTimers.delete(timer);
      // Until now they were parked, and so counted: a place that is given back too soon is no bound.
      const parked = [...this.#writers.takeAll(), ...this.#readers.takeAll()];
      for (const packet of parked) packet.resume();
    });
    this.#db.laterTimers.add(timer);
  }

  #leave(): void {
    this.#ended = true;
    for (const control of this.#controls) control.cancel();
    this.#controls.clear();
    const open = revokes.of(this.#db);
    if (open.get(this.#key) === this) open.delete(this.#key);
  }
}
