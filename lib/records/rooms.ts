/** What a {@link Room} is kept in: a place for each, filled when it is first asked for. */
export interface RoomHolder {
  readonly rooms: unknown[];
}

let rooms = 0;

/**
 * What one part of the records keeps for each database: its queues, its marks. The part declares it
 * and alone knows what is in it; the database has the place, and it goes when the database goes.
 */
export class Room<T> {
  readonly #index = rooms++;
  readonly #make: () => T;

  /** @param make what there is when nobody has been here yet */
  constructor(make: () => T) {
    this.#make = make;
  }

  /** What is kept for a database. */
  of(db: RoomHolder): T {
    // Only this room writes at its index, and only what it makes.
    return (db.rooms[this.#index] ??= this.#make()) as T;
  }
}
