import { type Timer } from "../../base/mod.ts";
import { LONGEST_LOOK_MS, RESUMED_BATCH_PACKETS } from "../../limits/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { KeyMap } from "../key-map.ts";
import { type ParkedPacket, ParkingLot } from "../parking.ts";
import { Room } from "../rooms.ts";
import type { LockCounting } from "../statistics.ts";
import type { HelperLock, RecordsStorage } from "../storage/storage.ts";
import type { HelperSlots } from "./helper-slots.ts";
import { hungLockLog } from "./hung-lock.ts";

/** Most locks are free again within this; starting a process takes longer. */
const RETRY_DELAYS_ms = [1, 2, 4];
/**
 * Pause between looks of those who have no helper, in ms: the shortest, and what each that waits for
 * the same database adds, so that a look costs no more of the processor however many there are.
 */
const LOOK_DELAY_ms = 8;
const LOOK_DELAY_EACH_ms = 0.1;
/** Pause after a helper failed: a full process table does not get better in a millisecond. */
const FAILED_DELAY_ms = 100;

/** Packets that wait for a chain lock. */
export const keyWaits: Room<KeyMap<KeyWait>> = new Room(() => new KeyMap());

/** What a {@link KeyWait} needs from around it. */
export interface KeyWaitContext {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly slots: HelperSlots;
  counting(db: Database): LockCounting;
}

/**
 * Whether the records of a database may be worked on: it is not frozen, and it has come through the
 * recovery that made the vnn map.
 *
 * Between the two, the map already names other lmasters than the records know. A new lmaster would
 * make up an empty record beside the real one, and two clients would have it locked at once.
 */
export function isUsable(db: Database, host: Pick<RecordsHost, "generation">): boolean {
  return db.freeze === "none" && db.generation === host.generation;
}

/**
 * The packets that wait for one key's chain lock, and what is done to get it: a few tries on our own
 * handle, then one helper process, whose lock all of them share. They are served in order.
 */
export class KeyWait {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly #context: KeyWaitContext;
  readonly #db: Database;
  readonly #parked: ParkingLot;
  readonly #counting: LockCounting;
  readonly #finished: () => void;
  readonly #since_ms: number;
  #tries = 0;
  #timer: Timer | undefined;
  #slot: { cancel(): void } | undefined;
  #helper: HelperLock | undefined;
  #hung: { cancel(): void } | undefined;
  #asleep = false;

  /** `finished` comes when the last packet was served; the wait is of no use afterwards. */
  constructor(context: KeyWaitContext, db: Database, key: Uint8Array, finished: () => void) {
    this.#context = context;
    this.#db = db;
    this.key = key.slice();
    this.#finished = finished;
    this.#parked = new ParkingLot(db.parking);
    this.#counting = context.counting(db);
    this.#since_ms = context.host.clock.now();
    this.#counting.pending(1);
    this.#next();
  }

  /** How long it has taken so far, and the packets that wait. */
  get standing(): { readonly waited_ms: number; readonly requests: number } {
    const waited_ms = this.#context.host.clock.now() - this.#since_ms;
    return { waited_ms, requests: this.#parked.size };
  }

  /** Adds a packet at the end; `false` when the database has no place left. */
  park(packet: ParkedPacket): boolean {
    return this.#parked.park(packet);
  }

  /** The database is usable again: goes on at once if it slept for that. */
  thawed(): void {
    if (!this.#asleep) return;
    this.#asleep = false;
    this.#tries = 0;
    this.#context.host.defer(() => this.#try());
  }

  /** Gives up: the database goes away, and the packets with it. */
  drop(): void {
    this.#timer?.cancel();
    this.#leaveQueue();
    if (this.#helper !== undefined) this.#endHelper();
    else this.#counting.pending(-1);
    this.#parked.takeAll();
    this.#asleep = false;
    this.#tries = Infinity;
  }

  #next(): void {
    if (!isUsable(this.#db, this.#context.host)) {
      this.#asleep = true;
      return;
    }
    const delay_ms = RETRY_DELAYS_ms[this.#tries++];
    if (delay_ms !== undefined) return this.#tryAfter(delay_ms);
    if (this.#slot === undefined) this.#queueForHelper();
    if (this.#helper === undefined) this.#tryAfter(this.#lookDelay_ms());
  }

  #tryAfter(delay_ms: number): void {
    this.#timer = this.#context.host.setTimer(delay_ms, () => this.#try());
  }

  #lookDelay_ms(): number {
    const delay_ms = LOOK_DELAY_ms + keyWaits.of(this.#db).size * LOOK_DELAY_EACH_ms;
    return Math.min(delay_ms, LONGEST_LOOK_MS);
  }

  /** Somebody who waited for this database was let in: look again now, if that is what we do. */
  nudge(): void {
    if (this.#timer === undefined || this.#helper !== undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#context.host.defer(() => this.#try());
  }

  #try(): void {
    this.#timer = undefined;
    // A helper was found meanwhile: it waits for us now.
    if (this.#helper !== undefined || this.#db.detached || this.#tries === Infinity) return;
    if (!isUsable(this.#db, this.#context.host)) {
      this.#asleep = true;
      return;
    }
    let locked: boolean;
    try {
      locked = this.#db.tdb.tryChainLock(this.key);
    } catch (error) {
      this.#failed(faultText(error));
      return;
    }
    if (!locked) {
      this.#next();
      return;
    }
    this.#leaveQueue();
    this.#counting.pending(-1);
    this.#granted();
    this.#serve(() => this.#db.tdb.chainUnlock(this.key));
  }

  #queueForHelper(): void {
    this.#slot = this.#context.slots.request(
      this.#context.host.tunable("LockProcessesPerDB"),
      () => this.#startHelper(),
    );
  }

  #leaveQueue(): void {
    this.#slot?.cancel();
    this.#slot = undefined;
  }

  #startHelper(): void {
    this.#slot = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    const { host, storage } = this.#context;
    this.#counting.pending(-1);
    this.#counting.current(1);
    this.#helper = storage.lockRecord(this.#db.file, this.key, {
      locked: () => this.#helperLocked(),
      failed: (reason) => this.#helperFailed(reason),
      lost: () => {},
    });
    this.#hung = hungLockLog(host, storage, {
      db: this.#db,
      helper: this.#helper,
      since_ms: this.#since_ms,
      key: this.key,
    });
  }

  #helperLocked(): void {
    if (this.#db.generation !== this.#context.host.generation) {
      this.#endHelper();
      this.#counting.pending(1);
      this.#asleep = true;
      return;
    }
    this.#granted();
    // What kept us away has gone, and it may have kept others away, too.
    for (const other of keyWaits.of(this.#db).values()) if (other !== this) other.nudge();
    const { tdb } = this.#db;
    tdb.chainLockMark(this.key);
    this.#serve(() => {
      tdb.chainLockUnmark(this.key);
      this.#endHelper();
    });
  }

  #helperFailed(reason: string): void {
    this.#endHelper();
    this.#counting.pending(1);
    this.#failed(reason);
  }

  #endHelper(): void {
    this.#hung?.cancel();
    this.#helper?.release();
    this.#helper = undefined;
    this.#counting.current(-1);
    this.#context.slots.ended();
  }

  #granted(): void {
    this.#counting.granted((this.#context.host.clock.now() - this.#since_ms) / 1000);
  }

  #failed(reason: string): void {
    this.#counting.failed();
    this.#context.host.log.error(`lock record in ${this.#db.name}: ${reason}`);
    this.#tries = 0;
    this.#timer = this.#context.host.setTimer(FAILED_DELAY_ms, () => this.#try());
  }

  #serve(unlock: () => void): void {
    const db = this.#db;
    db.servedKey = this.key;
    try {
      for (const packet of this.#parked.takeSome(RESUMED_BATCH_PACKETS)) packet.resume();
    } finally {
      db.servedKey = undefined;
      unlock();
    }
    if (this.#parked.size === 0) {
      this.#finished();
      return;
    }
    this.#counting.pending(1);
    this.#tries = 0;
    this.#context.host.defer(() => this.#try());
  }
}
