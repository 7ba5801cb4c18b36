import { sameBytes } from "../../base/mod.ts";
import { HOT_KEY_COUNT, type HotKey } from "../../wire/mod.ts";

interface Slot {
  count: number;
  loggedCount: number;
  readonly key: Uint8Array;
}

/** The keys of one database that migrate here most often (`records.md` 8.2). */
export class HotKeys {
  /** Used slots, by ascending count. */
  #slots: Slot[] = [];

  /**
   * Notes that a key has reached `count` migrations in its window. `true` when that is worth a log
   * line: the key is new here, or twice as hot as when it was last named.
   */
  note(key: Uint8Array, count: number): boolean {
    if (this.#slots.length === HOT_KEY_COUNT && count <= this.#slots[0]!.count) return false;
    const known = this.#slots.find((slot) => sameBytes(slot.key, key));
    if (known !== undefined) return this.#raise(known, count);
    if (this.#slots.length === HOT_KEY_COUNT) this.#slots.shift();
    this.#slots.push({ count, loggedCount: count, key: key.slice() });
    this.#sort();
    return true;
  }

  /** All slots as the wire wants them, unused ones included. */
  list(): readonly HotKey[] {
    const used = this.#slots.map(({ count, key }) => ({ count, key }));
    const unused = { count: 0, key: new Uint8Array(0) };
    return [...used, ...new Array<HotKey>(HOT_KEY_COUNT - used.length).fill(unused)];
  }

  #raise(slot: Slot, count: number): boolean {
    if (count <= slot.count) return false;
    slot.count = count;
    this.#sort();
    if (count < slot.loggedCount * 2) return false;
    slot.loggedCount = count;
    return true;
  }

  #sort(): void {
    this.#slots.sort((a, b) => a.count - b.count);
  }
}
