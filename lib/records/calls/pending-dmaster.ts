import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { KeyMap } from "../key-map.ts";
import { ParkingLot } from "../parking.ts";
import { Room } from "../rooms.ts";

/** DMASTER packets that wait for their chain. */
export const pendingDmaster: Room<KeyMap<PendingDmaster>> = new Room(() => new KeyMap());

/** One key's DMASTER packets that are not processed yet, and the calls that must not overtake them. */
export class PendingDmaster {
  readonly key: Uint8Array;
  readonly generation: number;
  readonly parked: ParkingLot;
  /** DMASTER packets that the entry is bound to. */
  packets = 0;

  constructor(db: Database, key: Uint8Array, generation: number) {
    this.key = key.slice();
    this.generation = generation;
    this.parked = new ParkingLot(db.parking);
  }
}

/**
 * Keeps a REQ_CALL behind a REQ_DMASTER or REPLY_DMASTER for the same key that waits for the chain
 * (`records.md` 7.2): overtaking, it would be redirected by the stale owner and bounce around.
 */
export class PendingDmasters {
  readonly #host: RecordsHost;

  constructor(host: RecordsHost) {
    this.#host = host;
  }

  /** A DMASTER packet must wait: calls for the key wait behind it. {@link leave} must follow. */
  enter(db: Database, key: Uint8Array, generation: number): PendingDmaster {
    let entry = pendingDmaster.of(db).get(key);
    if (entry === undefined || entry.generation !== generation) {
      entry?.parked.takeAll();
      entry = new PendingDmaster(db, key, generation);
      pendingDmaster.of(db).set(key, entry);
    }
    entry.packets++;
    return entry;
  }

  /**
   * A DMASTER packet was processed or dropped. With the last one the calls go on in later turns, in
   * order, unless a recovery has made them void.
   */
  leave(db: Database, entry: PendingDmaster): void {
    if (--entry.packets > 0) return;
    if (pendingDmaster.of(db).get(entry.key) === entry) pendingDmaster.of(db).delete(entry.key);
    const parked = entry.parked.takeAll();
    if (entry.generation !== db.generation) return;
    for (const packet of parked) this.#host.defer(() => packet.resume());
  }

  /** The entry that a call of `generation` has to wait for; one of another generation is discarded. */
  find(db: Database, key: Uint8Array, generation: number): PendingDmaster | undefined {
    const entry = pendingDmaster.of(db).get(key);
    if (entry === undefined || entry.generation === generation) return entry;
    entry.parked.takeAll();
    pendingDmaster.of(db).delete(key);
    return undefined;
  }

  /** Forgets all entries of a database that goes away. */
  drop(db: Database): void {
    for (const entry of pendingDmaster.of(db).values()) entry.parked.takeAll();
    pendingDmaster.of(db).clear();
  }
}
