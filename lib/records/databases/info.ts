import {
  type ControlAnswer,
  type ControlHandlers,
  type DbStatistics,
  type LiveControlName,
} from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { Tracking } from "../readonly/tracking.ts";
import type { RecordsStorage } from "../storage/storage.ts";

/** Controls that ask about databases, and set their two node-local flags. */
export type InfoControlName =
  | "GETDBPATH"
  | "GET_DBNAME"
  | "GET_DBMAP"
  | "DB_OPEN_FLAGS"
  | "SET_DB_READONLY"
  | "SET_DB_STICKY"
  | "GET_DB_STATISTICS"
  | "SCHEDULE_FOR_DELETION";

/** Handlers of {@link InfoControlName} (`records.md` 1.2, 2.3, 10.1, 16.3). */
export class Info {
  readonly #host: RecordsHost;
  readonly #storage: RecordsStorage;
  readonly #databases: DatabaseList;

  constructor(host: RecordsHost, storage: RecordsStorage, databases: DatabaseList) {
    this.#host = host;
    this.#storage = storage;
    this.#databases = databases;
  }

  readonly handlers: ControlHandlers<InfoControlName> = {
    GETDBPATH: (dbId, _origin, reply) => this.#on(dbId, reply, (db) => reply(0, db.path)),
    GET_DBNAME: (dbId, _origin, reply) => this.#on(dbId, reply, (db) => reply(0, db.name)),
    GET_DBMAP: (_request, _origin, reply) => {
      reply(0, this.#databases.all().map((db) => ({ dbId: db.id, flags: db.flags })));
    },
    DB_OPEN_FLAGS: (dbId, _origin, reply) => {
      this.#on(dbId, reply, (db) => reply(0, db.tdb.flags));
    },
    SET_DB_READONLY: (dbId, _origin, reply) => {
      this.#on(dbId, reply, (db) => {
        if (db.readonly) return reply(0);
        reply(db.volatile && this.#enableReadonly(db) ? 0 : -1);
      });
    },
    SET_DB_STICKY: (dbId, _origin, reply) => {
      this.#on(dbId, reply, (db) => {
        if (!db.volatile) return reply(-1);
        db.sticky = true;
        reply(0);
      });
    },
    GET_DB_STATISTICS: (dbId, _origin, reply) => {
      this.#on(dbId, reply, (db) => reply(0, statisticsOf(db)));
    },
    SCHEDULE_FOR_DELETION: ({ dbId, key, header }, _origin, reply) => {
      this.#on(dbId, reply, (db) => {
        // Only volatile databases are vacuumed.
        if (db.volatile) db.deleteQueue.schedule(key, header);
        reply(0);
      });
    },
  };

  #on<N extends LiveControlName>(
    dbId: number,
    reply: ControlAnswer<N>,
    action: (db: Database) => void,
  ): void {
    const db = this.#databases.get(dbId);
    if (db === undefined) reply(-1);
    else action(db);
  }

  #enableReadonly(db: Database): boolean {
    try {
      const hashSize = this.#host.tunable("DatabaseHashSize");
      db.tracking = new Tracking(this.#storage.openTracking(`${db.path}.RO`, hashSize));
      db.readonly = true;
      return true;
    } catch (error) {
      this.#host.log.error(`enable read-only copies for ${db.name}: ${faultText(error)}`);
      return false;
    }
  }
}

function statisticsOf({ tally }: Database): DbStatistics {
  return {
    locks: tally.locks.snapshot(),
    vacuum: { latency: tally.vacuum.value },
    dbRoDelegations: tally.roDelegations,
    dbRoRevokes: tally.roRevokes,
    hopCountBucket: [...tally.hopBuckets],
    hotKeys: tally.hotKeys.list(),
  };
}
