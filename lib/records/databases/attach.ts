import type { Timer } from "../../base/mod.ts";
import { MAX_DATABASE_NAME_BYTES, MAX_DEFERRED_ATTACHES } from "../../limits/mod.ts";
import { faultText, RecordsError } from "../errors.ts";
import {
  BROADCAST_CONNECTED,
  type ControlAnswer,
  ControlFlag,
  type ControlHandlers,
  controls,
  cstr,
  databaseId,
  DbFlag,
  encode,
  INACTIVE_FLAGS,
  RecoveryMode,
  RunState,
} from "../../wire/mod.ts";
import type { Tdb } from "../../tdb/mod.ts";
import { Database, type DatabaseList } from "../database.ts";
import type { Health } from "../health.ts";
import type { ControlOrigin, RecordsHost } from "../host.ts";
import type { DatabaseKind, RecordsStorage } from "../storage/storage.ts";

/** How long a deferred attach still waits once the recovery is over (`records.md` 2.2). */
const AFTER_RECOVERY_ms = 1000;

const TYPE_FLAGS: Readonly<Record<DatabaseKind, number>> = {
  volatile: 0,
  persistent: DbFlag.PERSISTENT,
  replicated: DbFlag.REPLICATED,
};
const CONTROLS = {
  volatile: "DB_ATTACH",
  persistent: "DB_ATTACH_PERSISTENT",
  replicated: "DB_ATTACH_REPLICATED",
} as const;

/** The controls that attach a database, one for each kind. */
export type AttachControlName = typeof CONTROLS[DatabaseKind];

/** A client's attach that waits for the end of a recovery. */
interface Deferred {
  readonly clientId: number;
  timer: Timer;
  readonly again: () => void;
  readonly drop: () => void;
}

/** What {@link Attach} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly databases: DatabaseList;
  readonly health: Health;
  /** A database was attached, by whatever way. */
  attached(db: Database): void;
}

/** Attaching databases: for clients, for other nodes, and at the start (`records.md` 2.1 to 2.4). */
export class Attach {
  readonly #parts: Ports;
  readonly #deferred = new Set<Deferred>();

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<AttachControlName> = {
    DB_ATTACH: (name, origin, reply) => this.#attach(name, "volatile", origin, reply),
    DB_ATTACH_PERSISTENT: (name, origin, reply) => this.#attach(name, "persistent", origin, reply),
    DB_ATTACH_REPLICATED: (name, origin, reply) => this.#attach(name, "replicated", origin, reply),
  };

  /**
   * Attaches the persistent databases whose files are there. Throws when one of them cannot be:
   * the node must not start without it.
   */
  attachPersistentAtStart(): void {
    const { host, storage } = this.#parts;
    for (const file of storage.persistentFiles()) {
      const match = /^(.+\.tdb)\.(\d+)$/.exec(file);
      if (match === null || Number(match[2]) !== host.pnn) {
        host.log.info(`file in the persistent directory is not one of ours: ${file}`);
        continue;
      }
      this.#attachHere(match[1]!, "persistent");
    }
  }

  /** Recovery mode is NORMAL again: the deferred attaches are tried once more, in a second. */
  recoveryOver(): void {
    const { host } = this.#parts;
    for (const deferred of this.#deferred) {
      deferred.timer.cancel();
      deferred.timer = host.setTimer(AFTER_RECOVERY_ms, () => {
        this.#deferred.delete(deferred);
        deferred.again();
      });
    }
  }

  /** A client has gone, and its deferred attaches with it. */
  clientGone(id: number): void {
    for (const deferred of [...this.#deferred]) {
      if (deferred.clientId === id) this.#drop(deferred);
    }
  }

  /** Ends all that waits. */
  shutdown(): void {
    for (const deferred of [...this.#deferred]) this.#drop(deferred);
  }

  #attach(
    name: string,
    kind: DatabaseKind,
    origin: ControlOrigin,
    reply: ControlAnswer<AttachControlName>,
  ): void {
    const { host, databases } = this.#parts;
    if (host.tunable("AllowClientDBAttach") === 0) return this.#refuse(name, "not allowed", reply);
    const local = origin.srcnode === host.pnn && host.client(origin.clientId) !== undefined;
    if (local) {
      if ((host.nodeFlags(host.pnn) & INACTIVE_FLAGS) !== 0) {
        return this.#refuse(name, "node is inactive", reply);
      }
      const recovering = host.recoveryMode === RecoveryMode.ACTIVE;
      const forRecovery = (origin.flags & ControlFlag.ATTACH_RECOVERY) !== 0;
      if (forRecovery && !recovering) return this.#refuse(name, "no recovery", reply);
      if (!forRecovery && (recovering || host.runstate < RunState.STARTUP)) {
        return this.#defer(name, kind, origin, reply);
      }
    }
    const existing = databases.get(databaseId(name));
    if (local && existing?.unhealthy !== undefined && host.tunable("AllowUnhealthyDBRead") === 0) {
      return this.#refuse(name, `database is unhealthy: ${existing.unhealthy}`, reply);
    }
    if (existing?.name === name) {
      const wanted = TYPE_FLAGS[kind];
      if ((existing.flags & wanted) === wanted) return this.#attached(existing, origin, reply);
      return this.#refuse(name, `${existing.kind} database is not ${kind}`, reply);
    }
    let db: Database;
    try {
      db = this.#attachHere(name, kind);
    } catch (error) {
      return this.#refuse(name, faultText(error), reply);
    }
    this.#attached(db, origin, reply);
    const { opcode } = controls[CONTROLS[kind]];
    host.broadcastControl(BROADCAST_CONNECTED, opcode, encode(cstr, name));
  }

  #attached(db: Database, origin: ControlOrigin, reply: ControlAnswer<AttachControlName>): void {
    const { host } = this.#parts;
    if (origin.srcnode === host.pnn) host.client(origin.clientId)?.attached(db.id);
    reply(0, db.id);
  }

  #refuse(name: string, why: string, reply: ControlAnswer<AttachControlName>): void {
    this.#parts.host.log.outside.error(`attach ${JSON.stringify(name)}: ${why}`);
    reply(-1);
  }

  #defer(
    name: string,
    kind: DatabaseKind,
    origin: ControlOrigin,
    reply: ControlAnswer<AttachControlName>,
  ): void {
    const { host } = this.#parts;
    if (this.#deferred.size >= MAX_DEFERRED_ATTACHES) {
      return this.#refuse(name, `already deferred: ${MAX_DEFERRED_ATTACHES}`, reply);
    }
    const timeout_ms = host.tunable("DeferredAttachTO") * 1000;
    const deferred: Deferred = {
      clientId: origin.clientId,
      timer: host.setTimer(timeout_ms, () => this.#drop(deferred)),
      again: () => this.#attach(name, kind, origin, reply),
      drop: () => reply(-1),
    };
    this.#deferred.add(deferred);
  }

  #drop(deferred: Deferred): void {
    deferred.timer.cancel();
    this.#deferred.delete(deferred);
    deferred.drop();
  }

  /** Opens the database and puts it into the list. Throws when it cannot be used. */
  #attachHere(name: string, kind: DatabaseKind): Database {
    const { host, storage, databases, health } = this.#parts;
    checkName(name);
    const id = databaseId(name);
    const other = databases.get(id);
    if (other !== undefined) throw new RecordsError(`id is that of ${other.name}: ${id}`);
    const tdb = kind === "persistent" ? this.#openPersistent(name) : this.#open(name, kind);
    tdb.setMaxDead(host.tunable("DatabaseMaxDead"));
    if (kind !== "persistent") this.#checkEmpty(name, tdb);
    const path = storage.pathOf(name, kind);
    const { generation } = host;
    const { parking } = databases;
    const db = new Database({ id, name, kind, path, tdb, generation, parking });
    health.load(db);
    databases.add(db);
    this.#parts.attached(db);
    host.log.notice(`attached ${kind} database ${name}, id 0x${id.toString(16)}`);
    return db;
  }

  #open(name: string, kind: DatabaseKind): Tdb {
    const { host, storage } = this.#parts;
    return storage.openDatabase({ name, kind, hashSize: host.tunable("DatabaseHashSize") });
  }

  /**
   * A damaged file is set aside, and an empty one takes its place until a recovery brings the copy
   * of another node. Throws for every other reason why it cannot be opened.
   */
  #openPersistent(name: string): Tdb {
    const { storage, health } = this.#parts;
    const path = storage.pathOf(name, "persistent");
    let damage: string;
    try {
      const tdb = this.#open(name, "persistent");
      if (tdb.check()) return tdb;
      tdb.close();
      damage = `file is corrupt: ${path}`;
    } catch (error) {
      if (!storage.isDamaged(error)) throw error;
      damage = faultText(error);
    }
    health.beginAnew(name, path, damage);
    return this.#open(name, "persistent");
  }

  /**
   * What a process of an earlier life of this node has left behind would be taken for truth, so a
   * database that should be empty and is not ends the daemon (`records.md` 1.6).
   */
  #checkEmpty(name: string, tdb: Tdb): void {
    if (isEmpty(tdb)) return;
    this.#parts.host.fatal(`attach ${name}: database not empty, another process still uses it`);
  }
}

/** Under the lock over the whole file, with which all chains are looked at together. */
function isEmpty(tdb: Tdb): boolean {
  if (!tdb.tryLockAll()) return false;
  try {
    return tdb.scan(0, {}, () => false).records === 0;
  } finally {
    tdb.unlockAll();
  }
}

/** Names become file names. */
function checkName(name: string): void {
  const length = new TextEncoder().encode(name).length;
  if (length === 0 || length > MAX_DATABASE_NAME_BYTES || name.includes("/")) {
    throw new RecordsError(`name of a database: ${JSON.stringify(name)}`);
  }
}
