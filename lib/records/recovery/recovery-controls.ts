import type { ControlAnswer, ControlHandlers, ControlName } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { Health } from "../health.ts";
import type { RecordsHost } from "../host.ts";
import type { Revokes } from "../readonly/revokes.ts";
import type { RecordStore } from "../record-store.ts";
import type { RecordsStorage } from "../storage/storage.ts";
import { DeleteQueue } from "../delete-queue.ts";
import { FetchQueue } from "../vacuum/fetch-queue.ts";
import { applyToVolatile } from "./apply.ts";
import { FreezeTransaction } from "./freeze-transaction.ts";
import type { Freezer } from "./freezer.ts";
import { pull } from "./pull.ts";
import { Push, pushes } from "./push.ts";

/** The controls by which a recovery works on the databases of a node (`records.md` 13.2). */
export type RecoveryControlName =
  | "DB_FREEZE"
  | "DB_THAW"
  | "FREEZE"
  | "DB_TRANSACTION_START"
  | "DB_TRANSACTION_COMMIT"
  | "DB_TRANSACTION_CANCEL"
  | "WIPE_DATABASE"
  | "DB_PULL"
  | "DB_PUSH_START"
  | "DB_PUSH_CONFIRM";

/** What {@link RecoveryControls} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly databases: DatabaseList;
  readonly store: RecordStore;
  readonly freezer: Freezer;
  readonly revokes: Revokes;
  readonly health: Health;
}

/** Handlers of {@link RecoveryControlName}. */
export class RecoveryControls {
  readonly #parts: Ports;

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<RecoveryControlName> = {
    DB_FREEZE: (dbId, _origin, reply) => {
      this.#on(dbId, "DB_FREEZE", reply, (db) => {
        this.#parts.freezer.freeze(db, (ok) => reply(ok ? 0 : -1));
      });
    },
    DB_THAW: (dbId, _origin, reply) => {
      this.#on(dbId, "DB_THAW", reply, (db) => {
        this.#parts.freezer.thaw(db);
        reply(0);
      });
    },
    FREEZE: (_request, _origin, reply) => {
      this.#parts.freezer.freezeAll((ok) => reply(ok ? 0 : -1));
    },
    DB_TRANSACTION_START: ({ dbId, tid }, _origin, reply) => {
      this.#onFrozen(dbId, "DB_TRANSACTION_START", reply, (db) => {
        pushes.of(db).push?.discard();
        db.setTransaction(this.#newTransaction(db, tid));
        reply(0);
      });
    },
    WIPE_DATABASE: ({ dbId, tid }, _origin, reply) => {
      this.#inTransaction(dbId, tid, "WIPE_DATABASE", reply, (db, transaction) => {
        transaction.wipe();
        db.deleteQueue = new DeleteQueue();
        db.fetchQueue = new FetchQueue();
        reply(0);
      });
    },
    DB_TRANSACTION_COMMIT: ({ dbId, tid }, _origin, reply) => {
      this.#inTransaction(dbId, tid, "DB_TRANSACTION_COMMIT", reply, (db, transaction) => {
        this.#commit(db, transaction, reply);
      });
    },
    DB_TRANSACTION_CANCEL: (dbId, _origin, reply) => {
      this.#onFrozen(dbId, "DB_TRANSACTION_CANCEL", reply, (db) => {
        pushes.of(db).push?.discard();
        db.setTransaction(undefined);
        reply(0);
      });
    },
    DB_PULL: ({ dbId, srvid }, { srcnode }, reply) => {
      this.#onFrozen(dbId, "DB_PULL", reply, (db) => {
        if (db.unhealthy !== undefined) {
          this.#parts.host.log.warning(`pull of unhealthy ${db.name}: ${db.unhealthy}`);
        }
        // What was here when this node became inactive, or half of a commit, is not the database.
        if (db.phase.outdated || db.phase.damaged) return reply(0, 0);
        pull(this.#parts.host, db, { pnn: srcnode, srvid }, (count) => {
          if (count === undefined) reply(-1);
          else reply(0, count);
        });
      });
    },
    DB_PUSH_START: ({ dbId, srvid }, _origin, reply) => {
      this.#onFrozen(dbId, "DB_PUSH_START", reply, (db) => {
        if (db.transaction === undefined) return this.#refuse("DB_PUSH_START", db, reply);
        pushes.of(db).push?.discard();
        pushes.of(db).push = new Push(this.#parts.host, db, srvid);
        reply(0);
      });
    },
    DB_PUSH_CONFIRM: (dbId, _origin, reply) => {
      this.#onFrozen(dbId, "DB_PUSH_CONFIRM", reply, (db) => {
        const { push } = pushes.of(db);
        if (push === undefined) return this.#refuse("DB_PUSH_CONFIRM", db, reply);
        if (db.readonly) this.#parts.revokes.recovered(db);
        push.discard();
        reply(0, push.count);
      });
    },
  };

  /** A volatile database is written by us; the others by a process that gets what is staged. */
  #newTransaction(db: Database, tid: number): FreezeTransaction {
    return new FreezeTransaction(tid, db.volatile ? this.#parts.storage.scratch() : undefined);
  }

  /** Applies what is staged, then the database belongs to the generation `tid`. */
  #commit(
    db: Database,
    transaction: FreezeTransaction,
    reply: ControlAnswer<"DB_TRANSACTION_COMMIT">,
  ): void {
    const { host } = this.#parts;
    if (transaction.poisoned) return this.#refuse("DB_TRANSACTION_COMMIT", db, reply);
    db.gate.enter();
    this.#apply(db, transaction, (ok, reason) => {
      if (db.transaction === transaction) db.setTransaction(undefined);
      // A volatile database that is half written must not be taken for what it was before.
      if (!ok && db.volatile) db.phase.commitFailed();
      if (ok && transaction.wiped) db.phase.replacedAsAWhole();
      if (ok && db.freeze === "frozen") {
        db.generation = transaction.tid;
        this.#parts.health.committed(db);
      } else {
        host.log.error(`commit recovery of ${db.name}: failed`);
      }
      reply(ok && db.freeze === "frozen" ? 0 : -1, undefined, reason);
      db.gate.leave();
    });
  }

  #apply(
    db: Database,
    transaction: FreezeTransaction,
    done: (ok: boolean, reason?: string) => void,
  ): void {
    const { host, storage, store, freezer } = this.#parts;
    if (!transaction.wiped && transaction.buffers.length === 0) return done(true);
    if (db.volatile) return applyToVolatile(host, store, db, transaction, done);
    freezer.lend(db);
    storage.replaceRecords(
      db.file,
      { wipe: transaction.wiped, buffers: transaction.buffers },
      (outcome) => {
        if (!outcome.ok) host.log.error(`replace content of ${db.name}: ${outcome.reason}`);
        try {
          freezer.takeBack(db);
        } catch (error) {
          host.log.error(`lock ${db.name} after its commit: ${faultText(error)}`);
        }
        done(outcome.ok, outcome.ok ? undefined : outcome.reason);
      },
    );
  }

  /** Runs `action` on a database by its id, as soon as no work on it is under way. */
  #on<N extends ControlName>(
    dbId: number,
    name: N,
    reply: ControlAnswer<N>,
    action: (db: Database) => void,
  ): void {
    const db = this.#parts.databases.get(dbId);
    if (db === undefined) {
      this.#parts.host.log.error(`${name} of unknown database: 0x${dbId.toString(16)}`);
      return reply(-1);
    }
    const accepted = db.gate.whenIdle(() => {
      if (db.detached) reply(-1);
      else action(db);
    });
    if (!accepted) this.#refuse(name, db, reply);
  }

  #onFrozen<N extends ControlName>(
    dbId: number,
    name: N,
    reply: ControlAnswer<N>,
    action: (db: Database) => void,
  ): void {
    this.#on(dbId, name, reply, (db) => {
      if (db.freeze === "frozen") action(db);
      else this.#refuse(name, db, reply);
    });
  }

  #inTransaction<N extends ControlName>(
    dbId: number,
    tid: number,
    name: N,
    reply: ControlAnswer<N>,
    action: (db: Database, transaction: FreezeTransaction) => void,
  ): void {
    this.#onFrozen(dbId, name, reply, (db) => {
      if (db.transaction?.tid === tid) action(db, db.transaction);
      else this.#refuse(name, db, reply);
    });
  }

  #refuse<N extends ControlName>(name: N, db: Database, reply: ControlAnswer<N>): void {
    const { transaction } = db;
    const what = transaction === undefined
      ? "no transaction"
      : `transaction ${transaction.tid}${transaction.poisoned ? ", bad push" : ""}`;
    this.#parts.host.log.error(`${name} of ${db.name}, ${db.freeze}, ${what}: refused`);
    reply(-1);
  }
}
