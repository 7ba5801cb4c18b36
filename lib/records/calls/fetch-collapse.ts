import type { Timer } from "../../base/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { KeyMap } from "../key-map.ts";
import { type ParkedPacket, ParkingLot } from "../parking.ts";
import { Room } from "../rooms.ts";

/** Remote calls that later calls for the same key wait for. */
export const inFlight: Room<KeyMap<InFlightFetch>> = new Room(() => new KeyMap());

/** An in-flight fetch holds others up for at most this long. */
const LIFETIME_ms = 30_000;

/**
 * Calls of local clients that wait because one for the same key is already on its way to another
 * node (`records.md` 7.3). Ends with that call, or after 30 s.
 */
export class InFlightFetch {
  readonly #host: RecordsHost;
  readonly #db: Database;
  readonly #key: Uint8Array;
  readonly #since_ms: number;
  /** Made when somebody waits. */
  #parked: ParkingLot | undefined;
  /** Runs while somebody waits. */
  #timer: Timer | undefined;

  /** Enters itself into the database's table; an older entry for the key ends. `key` is kept. */
  constructor(host: RecordsHost, db: Database, key: Uint8Array) {
    this.#host = host;
    this.#db = db;
    this.#key = key;
    this.#since_ms = host.clock.now();
    const fetches = inFlight.of(db);
    fetches.get(key)?.end();
    fetches.setOwned(key, this);
  }

  /** Parks a client's packet; `false` when there is no place: then it goes its own way. */
  park(packet: ParkedPacket): boolean {
    const left_ms = this.#since_ms + LIFETIME_ms - this.#host.clock.now();
    if (left_ms <= 0) return false;
    this.#parked ??= new ParkingLot(this.#db.parking);
    if (!this.#parked.park(packet)) return false;
    this.#timer ??= this.#host.setTimer(left_ms, () => this.end());
    return true;
  }

  /** Ends the entry; what was parked goes on in later turns, in order. Twice does nothing. */
  end(): void {
    for (const packet of this.#leave()) this.#host.defer(() => packet.resume());
  }

  /** Ends the entry and forgets what was parked: the database goes away. */
  drop(): void {
    this.#leave();
  }

  #leave(): readonly ParkedPacket[] {
    this.#timer?.cancel();
    const fetches = inFlight.of(this.#db);
    if (fetches.get(this.#key) === this) fetches.delete(this.#key);
    return this.#parked?.takeAll() ?? [];
  }
}
