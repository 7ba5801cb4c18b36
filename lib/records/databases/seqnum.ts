import { type Timer } from "../../base/mod.ts";
import { faultText } from "../errors.ts";
import {
  BROADCAST_ACTIVE,
  type ControlAnswer,
  type ControlHandlers,
  controls,
  decode,
  encode,
  recordBuffer,
  SEQNUM_KEY,
  u32,
} from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import type { RecordStore } from "../record-store.ts";
import { seqnumOf } from "../recovery/freeze-transaction.ts";

/** Controls about the two unrelated sequence numbers (`records.md` 1.7). */
export type SeqnumControlName = "ENABLE_SEQNUM" | "UPDATE_SEQNUM" | "GET_DB_SEQNUM";

/** An interval of nothing would leave no time for anything else. */
const MIN_INTERVAL_ms = 10;

/** A database whose TDB change counter is watched. */
interface Watched {
  last: number;
  timer: Timer | undefined;
}

/** TDB's change counter, told to the other nodes; and the commits of persistent databases. */
export class Seqnums {
  readonly #host: RecordsHost;
  readonly #databases: DatabaseList;
  readonly #store: RecordStore;
  readonly #locks: KeyLocks;
  readonly #watched = new Map<Database, Watched>();

  constructor(host: RecordsHost, databases: DatabaseList, store: RecordStore, locks: KeyLocks) {
    this.#host = host;
    this.#databases = databases;
    this.#store = store;
    this.#locks = locks;
  }

  readonly handlers: ControlHandlers<SeqnumControlName> = {
    ENABLE_SEQNUM: (dbId, _origin, reply) => {
      const db = this.#databases.get(dbId);
      if (db === undefined) return reply(-1);
      if (!this.#watched.has(db)) this.#watch(db);
      reply(0);
    },
    UPDATE_SEQNUM: (dbId, { srcnode }, reply) => {
      if (srcnode === this.#host.pnn) return reply(0);
      const db = this.#databases.get(dbId);
      if (db === undefined || db.unhealthy !== undefined) return reply(-1);
      db.tdb.incrementSeqnumNonblock();
      const watched = this.#watched.get(db);
      if (watched !== undefined) watched.last = db.tdb.seqnum();
      reply(0);
    },
    GET_DB_SEQNUM: (dbId, _origin, reply) => {
      const db = this.#databases.get(dbId);
      if (db === undefined) return reply(-1);
      if (!db.gate.whenIdle(() => this.#get(db, reply))) reply(-1);
    },
  };

  /** Stops watching a database that goes away. */
  drop(db: Database): void {
    this.#watched.get(db)?.timer?.cancel();
    this.#watched.delete(db);
  }

  #watch(db: Database): void {
    db.tdb.enableSeqnum();
    const watched: Watched = { last: db.tdb.seqnum(), timer: undefined };
    this.#watched.set(db, watched);
    this.#arm(db, watched);
  }

  #arm(db: Database, watched: Watched): void {
    const interval_ms = Math.max(MIN_INTERVAL_ms, this.#host.tunable("SeqnumInterval"));
    watched.timer = this.#host.setTimer(interval_ms, () => {
      const now = db.tdb.seqnum();
      if (now !== watched.last) {
        const { opcode } = controls.UPDATE_SEQNUM;
        this.#host.broadcastControl(BROADCAST_ACTIVE, opcode, encode(u32, db.id));
      }
      watched.last = now;
      this.#arm(db, watched);
    });
  }

  #get(db: Database, reply: ControlAnswer<"GET_DB_SEQNUM">): void {
    try {
      if (db.detached) return reply(-1);
      if (db.freeze === "frozen") return this.#getFrozen(db, reply);
      const lock = this.#locks.acquire(db, SEQNUM_KEY);
      if (lock === "failed") return reply(-1);
      if (lock === "busy") {
        const resume = () => this.#get(db, reply);
        const parked = this.#locks.wait(db, SEQNUM_KEY, { bytes: SEQNUM_KEY.length, resume });
        return parked ? undefined : reply(-1);
      }
      try {
        reply(0, seqnumOf(this.#store.fetch(db, SEQNUM_KEY).data));
      } finally {
        this.#locks.release(db, SEQNUM_KEY);
      }
    } catch (error) {
      this.#host.log.error(`read sequence number of ${db.name}: ${faultText(error)}`);
      reply(-1);
    }
  }

  /** What the transaction of the recovery has staged counts before what the file holds. */
  #getFrozen(db: Database, reply: ControlAnswer<"GET_DB_SEQNUM">): void {
    if (db.transaction === undefined) return reply(-1);
    const staged = db.transaction.seqnum((buffer) => decode(recordBuffer, buffer));
    reply(0, staged ?? seqnumOf(this.#store.peek(db, SEQNUM_KEY)?.data));
  }
}
