import { faultText } from "./errors.ts";
import { splitValue } from "./header.ts";
import { seqnumOf } from "./recovery/freeze-transaction.ts";
import type { Tdb } from "../tdb/mod.ts";
import { type ControlHandlers, RunState, SEQNUM_KEY } from "../wire/mod.ts";
import type { Database, DatabaseList } from "./database.ts";
import type { RecordsHost } from "./host.ts";
import type { RecordsStorage } from "./storage/storage.ts";

/** What goes in front of the reason once no healthy node was there at a commit. */
const NO_HEALTHY_NODES = "NO-HEALTHY-NODES - ";
/** The reason of a database that this node had to begin anew. */
const BEGUN_ANEW = "file was damaged, is kept as ";

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

  /**
   * The file of a database is damaged: sets it aside, and notes that what will be in its place has
   * nothing in it yet. Throws when that is not possible.
   */
  beginAnew(name: string, path: string, why: string): void {
    const aside = this.#storage.setAside(path);
    this.#host.log.error(`${why}: kept as ${aside}; the other nodes' copies are needed`);
    this.#store(name, BEGUN_ANEW + aside);
  }

  /**
   * A recovery was committed: healthy, if any node was well while it ran, or if it has filled what
   * this node had to begin anew.
   */
  committed(db: Database): void {
    if (db.kind !== "persistent" || db.unhealthy === undefined) return;
    const wellNodes = this.#host.activeNodes().filter((pnn) => this.#host.nodeFlags(pnn) === 0);
    if (wellNodes.length > 0 || isFilled(db)) {
      this.#host.log.notice(`${db.name} is healthy again, by a recovery: ${db.unhealthy}`);
      this.#write(db, undefined);
    } else if (!db.unhealthy.startsWith(NO_HEALTHY_NODES)) {
      this.#write(db, NO_HEALTHY_NODES + db.unhealthy);
    }
  }

  /**
   * Reads all entries again, after the first recovery: the databases that are unhealthy, each with
   * the reason.
   */
  check(): string[] {
    const bad: string[] = [];
    for (const db of this.#databases.all()) {
      try {
        this.load(db);
      } catch (error) {
        db.unhealthy = faultText(error);
      }
      if (db.unhealthy !== undefined) bad.push(`${db.name} (${db.unhealthy})`);
    }
    return bad;
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  #tdb(): Tdb {
    if (this.#opened !== undefined) return this.#opened;
    this.#opened = this.#openSound() ?? this.#makeAnew();
    return this.#opened;
  }

  /** Undefined when the file is damaged. */
  #openSound(): Tdb | undefined {
    let tdb: Tdb;
    try {
      tdb = this.#storage.openHealth();
    } catch (error) {
      if (!this.#storage.isDamaged(error)) throw error;
      return undefined;
    }
    if (tdb.check()) return tdb;
    tdb.close();
    return undefined;
  }

  /**
   * Only verdicts are lost. Every database is checked when it is attached, and one that was begun
   * anew has a sequence number that loses against every copy of another node.
   */
  #makeAnew(): Tdb {
    const { log } = this.#host;
    const aside = this.#storage.setAside(this.#storage.healthPath);
    log.warning(`file of health verdicts is damaged, kept as ${aside}: all databases are checked`);
    return this.#storage.openHealth();
  }

  #write(db: Database, reason: string | undefined): boolean {
    db.unhealthy = reason;
    if (db.kind !== "persistent") return true;
    try {
      this.#store(db.name, reason);
      return true;
    } catch (error) {
      this.#host.log.error(`write health of ${db.name}: ${faultText(error)}`);
      return false;
    }
  }

  #store(name: string, reason: string | undefined): void {
    const key = new TextEncoder().encode(name);
    const tdb = this.#tdb();
    // A transaction waits for the disk: not without need.
    if (reason === undefined && !tdb.exists(key)) return;
    tdb.transactionStart();
    try {
      if (reason === undefined) tdb.delete(key);
      else tdb.store(key, new TextEncoder().encode(reason));
    } catch (error) {
      tdb.transactionCancel();
      throw error;
    }
    tdb.transactionCommit();
  }
}

/**
 * Whether a database that was begun anew has got the content of another node: every commit counts
 * its sequence number up, and what was begun anew has none.
 */
function isFilled(db: Database): boolean {
  if (db.unhealthy?.includes(BEGUN_ANEW) !== true) return false;
  const stored = db.tdb.fetch(SEQNUM_KEY);
  return stored !== undefined && seqnumOf(splitValue(stored)?.data) > 0n;
}
