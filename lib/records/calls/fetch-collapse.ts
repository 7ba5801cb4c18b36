import type { Timer } from "../../base/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { type ParkedPacket, ParkingLot } from "../parking.ts";

/** An in-flight fetch holds others up for at most this long. */
const LIFETIME_ms = 30_000;

/**
 * Calls of local clients that wait because one for the same key is already on its way to another
 * node (`records.md` 7.3). Ends with that call, or after 30 s.
 */
export class InFlightFetch {
  readonly #host: RecordsHost;
  readonly #db: Database;
  readonly #text: string;
  readonly #parked: ParkingLot;
  readonly #timer: Timer;

  /** Enters itself into the database's table; an older entry for the key ends. */
  constructor(host: RecordsHost, db: Database, text: string) {
    this.#host = host;
    this.#db = db;
    this.#text = text;
    this.#parked = new ParkingLot(db.parking);
    db.inFlight.get(text)?.end();
    db.inFlight.set(text, this);
    this.#timer = host.setTimer(LIFETIME_ms, () => this.end());
  }

  /** Parks a client's packet; `false` when there is no place: then it goes its own way. */
  park(packet: ParkedPacket): boolean {
    return this.#parked.park(packet);
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
    this.#timer.cancel();
    if (this.#db.inFlight.get(this.#text) === this) this.#db.inFlight.delete(this.#text);
    return this.#parked.takeAll();
  }
}
