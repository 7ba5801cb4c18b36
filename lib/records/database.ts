import type { Timer } from "../base/mod.ts";
import {
  MAX_DATABASE_PARKED_BYTES,
  MAX_DATABASE_PARKED_PACKETS,
  MAX_NODE_PARKED_BYTES,
  MAX_NODE_PARKED_PACKETS,
} from "../limits/mod.ts";
import type { Tdb } from "../tdb/mod.ts";
import { DbFlag } from "../wire/mod.ts";
import { DatabasePhase, type FreezeState } from "./database-phase.ts";
import { DeleteQueue } from "./delete-queue.ts";
import { ParkingPlaces } from "./parking.ts";
import type { Tracking } from "./readonly/tracking.ts";
import type { FreezeTransaction } from "./recovery/freeze-transaction.ts";
import { DatabaseTally } from "./statistics.ts";
import type { DatabaseFile, DatabaseKind } from "./storage/storage.ts";
import { FetchQueue } from "./vacuum/fetch-queue.ts";
import { WorkGate } from "./work-gate.ts";

/**
 * One attached database: the handle of its file, and the marks that hang on it. What is done with
 * them is in the modules around, which keep what is theirs alone in a {@link Room} of it.
 */
export class Database {
  readonly id: number;
  readonly name: string;
  readonly kind: DatabaseKind;
  readonly path: string;
  readonly tdb: Tdb;

  /** Generation that its packets carry; lags behind the vnn map's until its recovery commits. */
  generation: number;
  readonly = false;
  sticky = false;
  /** Reason why it is unhealthy; persistent databases only. */
  unhealthy: string | undefined;

  /** What the parts around keep here, each in a room of its own (`rooms.ts`). */
  readonly rooms: unknown[] = [];
  /** Who has read-only copies; there when {@link readonly} is set. */
  tracking: Tracking | undefined;
  /** Timers of packets that are held back for a while. */
  readonly laterTimers = new Set<Timer>();
  readonly parking: ParkingPlaces;
  /** Key whose waiting packets are being served: its chain counts as locked. */
  servedKey: Uint8Array | undefined;

  readonly phase = new DatabasePhase();
  /** Changed by {@link setTransaction}. */
  #transaction: FreezeTransaction | undefined;
  /** Work that nothing else may cut into. */
  readonly gate = new WorkGate();
  /** A TRANS3_COMMIT is under way from here. */
  committing = false;

  deleteQueue = new DeleteQueue();
  fetchQueue = new FetchQueue();
  /** Replaced by STATISTICS_RESET. */
  tally = new DatabaseTally();
  detached = false;

  constructor(
    spec: {
      id: number;
      name: string;
      kind: DatabaseKind;
      path: string;
      tdb: Tdb;
      generation: number;
      /** The places of the whole node. */
      parking: ParkingPlaces;
    },
  ) {
    this.id = spec.id;
    this.name = spec.name;
    this.kind = spec.kind;
    this.path = spec.path;
    this.tdb = spec.tdb;
    this.generation = spec.generation;
    this.parking = new ParkingPlaces(
      MAX_DATABASE_PARKED_PACKETS,
      MAX_DATABASE_PARKED_BYTES,
      spec.parking,
    );
  }

  get freeze(): FreezeState {
    return this.phase.freeze;
  }

  /** What a recovery has staged for this database while it is frozen. */
  get transaction(): FreezeTransaction | undefined {
    return this.#transaction;
  }

  /** Begins another transaction, or none; the one that there was gives back what it kept. */
  setTransaction(next: FreezeTransaction | undefined): void {
    this.#transaction?.release();
    this.#transaction = next;
  }

  get volatile(): boolean {
    return this.kind === "volatile";
  }

  /** The flags byte of GET_DBMAP (`records.md` 1.2). */
  get flags(): number {
    return (this.kind === "persistent" ? DbFlag.PERSISTENT : 0) |
      (this.kind === "replicated" ? DbFlag.REPLICATED : 0) |
      (this.readonly ? DbFlag.READONLY : 0) |
      (this.sticky ? DbFlag.STICKY : 0);
  }

  /** How other processes open the file. */
  get file(): DatabaseFile {
    return { path: this.path, flags: this.tdb.flags };
  }
}

/** The attached databases, by id. */
export class DatabaseList {
  readonly #byId = new Map<number, Database>();
  /** Places for parked packets in the whole node, however many databases there are. */
  readonly parking = new ParkingPlaces(MAX_NODE_PARKED_PACKETS, MAX_NODE_PARKED_BYTES);

  get(id: number): Database | undefined {
    return this.#byId.get(id);
  }

  add(db: Database): void {
    this.#byId.set(db.id, db);
  }

  remove(db: Database): void {
    this.#byId.delete(db.id);
  }

  /** All databases, most recently attached first. */
  all(): readonly Database[] {
    return [...this.#byId.values()].reverse();
  }
}
