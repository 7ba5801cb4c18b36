/**
 * How much of one kind of packet may be parked for one database. Whoever parks takes a place first
 * and gives it back when the packet goes on; what happens without a place is the caller's policy.
 */
export class ParkingPlaces {
  readonly #maxPackets: number;
  readonly #maxBytes: number;
  readonly #whole: ParkingPlaces | undefined;
  #packets = 0;
  #bytes = 0;

  /** @param whole the places of the whole node, of which these are a part */
  constructor(maxPackets: number, maxBytes: number, whole?: ParkingPlaces) {
    this.#maxPackets = maxPackets;
    this.#maxBytes = maxBytes;
    this.#whole = whole;
  }

  /** Packets that are parked now. */
  get packets(): number {
    return this.#packets;
  }

  /** Whether not even an empty packet finds a place. */
  get full(): boolean {
    return this.#packets >= this.#maxPackets || this.#whole?.full === true;
  }

  /** Takes a place for a packet of `bytes`; `false` when there is none left. */
  take(bytes: number): boolean {
    if (this.#packets >= this.#maxPackets || this.#bytes + bytes > this.#maxBytes) return false;
    if (this.#whole?.take(bytes) === false) return false;
    this.#packets++;
    this.#bytes += bytes;
    return true;
  }

  /** Gives the place of a packet of `bytes` back. */
  give(bytes: number): void {
    this.#whole?.give(bytes);
    this.#packets--;
    this.#bytes -= bytes;
  }
}

/** A packet that waits, with what makes it go on. */
export interface ParkedPacket {
  readonly bytes: number;
  /** Feeds the packet in again at the entry of its kind. */
  resume(): void;
}

/**
 * Packets that wait for one thing, first in first out. Their places belong to the database, so that
 * no key can take them all and no key has to count for itself.
 */
export class ParkingLot {
  readonly #places: ParkingPlaces;
  #parked: ParkedPacket[] = [];

  constructor(places: ParkingPlaces) {
    this.#places = places;
  }

  get size(): number {
    return this.#parked.length;
  }

  /** Parks at the end; `false` when the database has no place left. */
  park(packet: ParkedPacket): boolean {
    if (!this.#places.take(packet.bytes)) return false;
    this.#parked.push(packet);
    return true;
  }

  /** Empties the lot and gives all places back; the caller resumes the packets, in order. */
  takeAll(): readonly ParkedPacket[] {
    return this.#take(this.#parked.length);
  }

  /** As {@link takeAll}, but at most `count` packets from the front. */
  takeSome(count: number): readonly ParkedPacket[] {
    return this.#take(Math.min(count, this.#parked.length));
  }

  #take(count: number): readonly ParkedPacket[] {
    const taken = count === this.#parked.length ? this.#parked : this.#parked.slice(0, count);
    this.#parked = count === this.#parked.length ? [] : this.#parked.slice(count);
    for (const { bytes } of taken) this.#places.give(bytes);
    return taken;
  }
}
