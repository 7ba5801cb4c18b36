import { faultText, RecordsError } from "./errors.ts";
import type { Tdb } from "../tdb/mod.ts";
import { type ControlHandlers, RunState } from "../wire/mod.ts";
import type { Database, DatabaseList } from "./database.ts";
import type { RecordsHost } from "./host.ts";
import type { RecordsStorage } from "./storage/storage.ts";

/** What goes in front of the reason once no healthy node was there at a commit. */
const NO_HEALTHY_NODES = "NO-HEALTHY-NODES - ";
/** Exit status of a node whose persistent databases cannot be trusted. */
const EXIT_UNHEALTHY = 11;

/** Controls about the health of persistent databases. */
export type HealthControlName = "DB_SET_HEALTHY" | "DB_GET_HEALTH";

/**
 * Which persistent databases are unhealthy, and why (`records.md` 2.6): a small database on this
 * node, key the name and value the reason, both without NUL. No entry means healthy.
 */
export class Health {
  readonly #host: RecordsHost;
  readonly #storage: RecordsStorage;
  readonly #databases: DatabaseList;
  #opened: Tdb | undefined;

  constructor(host: RecordsHost, storage: RecordsStorage, databases: DatabaseList) {
    this.#host = host;
    this.#storage = storage;
    this.#databases = databases;
  }

  readonly handlers: ControlHandlers<HealthControlName> = {
    DB_SET_HEALTHY: (dbId, _origin, reply) => {
      const db = this.#databases.get(dbId);
      if (db === undefined) return reply(-1);
      const wasUnhealthy = db.unhealthy !== undefined;
      if (!this.#write(db, undefined)) return reply(-1);
      if (wasUnhealthy && this.#host.runstate === RunState.STARTUP) {
        this.#host.forceRecovery(`${db.name} was set healthy`);
      }
      reply(0);
    },
    DB_GET_HEALTH: (dbId, _origin, reply) => {
      const db = this.#databases.get(dbId);
      if (db === undefined) return reply(-1);
      try {
        this.load(db);
      } catch (error) {
        this.#host.log.error(`read health of ${db.name}: ${faultText(error)}`);
        return reply(-1);
      }
      reply(0, db.unhealthy ?? null);
    },
  };

  /** Reads why the database of that name is unhealthy; `undefined` when it is not. */
  read(name: string): string | undefined {
    const value = this.#tdb().fetch(new TextEncoder().encode(name));
    return value === undefined ? undefined : new TextDecoder().decode(value);
  }

  /** Reads the entry of a database again. Throws when that is not possible. */
  load(db: Database): void {
    if (db.kind === "persistent") db.unhealthy = this.read(db.name);
  }

  /** A recovery was committed: healthy, if any node was well while it ran. */
  committed(db: Database): void {
    if (db.kind !== "persistent") return;
    const wellNodes = this.#host.activeNodes().filter((pnn) => this.#host.nodeFlags(pnn) === 0);
    if (wellNodes.length > 0) {
      if (db.unhealthy !== undefined) this.#write(db, undefined);
    } else if (db.unhealthy !== undefined && !db.unhealthy.startsWith(NO_HEALTHY_NODES)) {
      this.#write(db, NO_HEALTHY_NODES + db.unhealthy);
    }
  }

  /**
   * Reads all entries again, after the first recovery. With an unhealthy database the node shuts
   * down, and the result is `false`.
   */
  check(): boolean {
    const bad: string[] = [];
    for (const db of this.#databases.all()) {
      try {
        this.load(db);
      } catch (error) {
        db.unhealthy = faultText(error);
      }
      if (db.unhealthy !== undefined) bad.push(`${db.name} (${db.unhealthy})`);
    }
    if (bad.length === 0) return true;
    this.#host.shutdown(EXIT_UNHEALTHY, `unhealthy persistent databases: ${bad.join(", ")}`);
    return false;
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  #tdb(): Tdb {
    if (this.#opened !== undefined) return this.#opened;
    const tdb = this.#storage.openHealth();
    if (!tdb.check()) {
      tdb.close();
      throw new RecordsError(`open health database, file is corrupt: ${tdb.name}`);
    }
    this.#opened = tdb;
    return tdb;
  }

  #write(db: Database, reason: string | undefined): boolean {
    db.unhealthy = reason;
    if (db.kind !== "persistent") return true;
    const key = new TextEncoder().encode(db.name);
    try {
      const tdb = this.#tdb();
      // A transaction waits for the disk: not without need.
      if (reason === undefined && !tdb.exists(key)) return true;
      tdb.transactionStart();
      try {
        if (reason === undefined) tdb.delete(key);
        else tdb.store(key, new TextEncoder().encode(reason));
      } catch (error) {
        tdb.transactionCancel();
        throw error;
      }
      tdb.transactionCommit();
      return true;
    } catch (error) {
      this.#host.log.error(`write health of ${db.name}: ${faultText(error)}`);
      return false;
    }
  }
}
