import type { Timer } from "../../base/mod.ts";
import { MAX_COUNTED_RECORDS } from "../../limits/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { KeyMap } from "../key-map.ts";
import { keyText } from "../key-text.ts";
import { hashKey } from "../../wire/mod.ts";
import { FirstSeen } from "./first-seen.ts";
import { ParkingLot } from "../parking.ts";
import { Room } from "../rooms.ts";

/** Migrations within this after the first of a window count together (`records.md` 8.1). */
const COUNTED_TOGETHER_ms = 1000;
/** How often windows that are over are thrown away. */
const CLEAN_ms = 10_000;

/** Migrations of one key within its window. */
interface Window {
  start_ms: number;
  count: number;
}

/** What {@link Sticky} keeps for one database. */
class StickyState {
  /** Keys that may have migrated once only. */
  readonly firsts = new FirstSeen();
  /** Migration counters of those that did more often. */
  readonly windows = new KeyMap<Window>();
  cleaning: Timer | undefined;
  /** Sticky keys by key text, with the end of their time. */
  readonly keys = new Map<string, Timer>();
  /** Pinned keys by key text, with the calls that wait for the end of that. */
  readonly pins = new Map<string, { readonly parked: ParkingLot; readonly timer: Timer }>();
}

const stickyState = new Room(() => new StickyState());

/**
 * Counts migrations, and keeps records that many nodes want on one node for a little while, so that
 * its clients get something done before the record is pulled away again (`records.md` 8).
 */
export class Sticky {
  readonly #host: RecordsHost;

  constructor(host: RecordsHost) {
    this.#host = host;
  }

  /** Calls for a key that is pinned down are parked here; `undefined` when it is not. */
  pinned(db: Database, key: Uint8Array): ParkingLot | undefined {
    const { pins } = stickyState.of(db);
    return pins.size === 0 ? undefined : pins.get(keyText(key))?.parked;
  }

  /** A call from a node is served here after `hops` redirections: many make the key sticky. */
  served(db: Database, key: Uint8Array, hops: number): void {
    if (hops < this.#host.tunable("HopcountMakeSticky")) return;
    const { keys } = stickyState.of(db);
    const text = keyText(key);
    if (keys.has(text) || keys.size >= MAX_COUNTED_RECORDS) return;
    const duration_ms = this.#host.tunable("StickyDuration") * 1000;
    keys.set(
      text,
      this.#host.setTimer(duration_ms, () => {
        keys.delete(text);
        this.#unpin(db, text);
      }),
    );
    this.#host.log.notice(`record of ${db.name} is sticky now, hops: ${hops}`);
  }

  /** This node owns the record now: a sticky one is pinned down. */
  becameOwner(db: Database, key: Uint8Array): void {
    if (!db.sticky) return;
    const { keys, pins } = stickyState.of(db);
    const text = keyText(key);
    if (!keys.has(text) || pins.has(text)) return;
    const timer = this.#host.setTimer(
      this.#host.tunable("StickyPindown"),
      () => this.#unpin(db, text),
    );
    pins.set(text, { parked: new ParkingLot(db.parking), timer });
  }

  /** A record came here because somebody called for it. */
  countMigration(db: Database, key: Uint8Array): void {
    if (!db.volatile) return;
    const count = this.#countWithin(db, key);
    if (db.tally.hotKeys.note(key, count)) {
      this.#host.log.info(`hot key in ${db.name}, migrations: ${count}`);
    }
  }

  /** Migrations of a key in its window, this one among them. */
  #countWithin(db: Database, key: Uint8Array): number {
    const { windows, firsts } = stickyState.of(db);
    const now_ms = this.#host.clock.now();
    const window = windows.get(key);
    if (window === undefined) {
      const start_ms = firsts.note(hashKey(key), now_ms, COUNTED_TOGETHER_ms);
      if (start_ms === undefined || windows.size >= MAX_COUNTED_RECORDS) return 1;
      windows.set(key, { start_ms, count: 2 });
      this.#cleanLater(db);
      return 2;
    }
    if (now_ms - window.start_ms > COUNTED_TOGETHER_ms) {
      window.start_ms = now_ms;
      window.count = 0;
    }
    return ++window.count;
  }

  /** Forgets everything about a database that goes away. */
  drop(db: Database): void {
    const { windows, keys, pins, cleaning } = stickyState.of(db);
    cleaning?.cancel();
    for (const timer of keys.values()) timer.cancel();
    for (const { timer, parked } of pins.values()) {
      timer.cancel();
      parked.takeAll();
    }
    windows.clear();
    keys.clear();
    pins.clear();
  }

  #unpin(db: Database, text: string): void {
    const pin = stickyState.of(db).pins.get(text);
    if (pin === undefined) return;
    pin.timer.cancel();
    stickyState.of(db).pins.delete(text);
    for (const packet of pin.parked.takeAll()) this.#host.defer(() => packet.resume());
  }

  #cleanLater(db: Database): void {
    const state = stickyState.of(db);
    state.cleaning ??= this.#host.setTimer(CLEAN_ms, () => {
      state.cleaning = undefined;
      const now_ms = this.#host.clock.now();
      state.windows.prune(({ start_ms }) => now_ms - start_ms <= COUNTED_TOGETHER_ms);
      if (state.windows.size > 0) this.#cleanLater(db);
    });
  }
}
