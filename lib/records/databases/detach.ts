import {
  BROADCAST_CONNECTED,
  type ControlHandlers,
  controls,
  encode,
  RecoveryMode,
  u32,
} from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { RecordsHost } from "../host.ts";

/** DB_DETACH: a volatile database leaves the cluster (`records.md` 2.5). */
export class Detach {
  readonly #host: RecordsHost;
  readonly #databases: DatabaseList;
  readonly #release: (db: Database) => void;

  /** `release` ends all that hangs on the database. */
  constructor(host: RecordsHost, databases: DatabaseList, release: (db: Database) => void) {
    this.#host = host;
    this.#databases = databases;
    this.#release = release;
  }

  readonly handlers: ControlHandlers<"DB_DETACH"> = {
    DB_DETACH: (dbId, { clientId, srcnode }, reply) => {
      const host = this.#host;
      const db = this.#databases.get(dbId);
      const refused = db === undefined
        ? "unknown database"
        : host.tunable("AllowClientDBAttach") === 1
        ? "clients may attach databases"
        : !db.volatile
        ? "database is not volatile"
        : host.recoveryMode === RecoveryMode.ACTIVE
        ? "recovery is under way"
        : undefined;
      if (refused !== undefined || db === undefined) {
        host.log.outside.error(`detach 0x${dbId.toString(16)}: ${refused}`);
        return reply(-1);
      }
      if (clientId === 0) {
        this.#detach(db);
        return reply(0);
      }
      if (srcnode !== host.pnn || host.client(clientId) === undefined) return reply(-1);
      host.broadcastControl(BROADCAST_CONNECTED, controls.DB_DETACH.opcode, encode(u32, dbId));
      reply(0);
    },
  };

  #detach(db: Database): void {
    db.detached = true;
    this.#databases.remove(db);
    this.#release(db);
    db.tdb.close();
    this.#host.log.notice(`detached ${db.name}`);
  }
}
