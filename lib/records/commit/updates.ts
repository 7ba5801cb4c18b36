import { MAX_QUEUED_UPDATES } from "../../limits/mod.ts";
import {
  type ControlAnswer,
  type ControlHandlers,
  encode,
  type MarshalledRecord,
  type RecordBuffer,
  recordBuffer,
  RecoveryMode,
} from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { splitValue } from "../header.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";
import type { RecordsStorage, Work } from "../storage/storage.ts";
import { mayUpdate } from "./update-rule.ts";
import { type RecordPorts } from "../ports.ts";

/** What {@link Updates} works with. */
interface Ports extends RecordPorts {
  readonly storage: RecordsStorage;
  readonly stats: RecordsStatistics;
}

/** An UPDATE_RECORD that is not answered yet. */
interface Update {
  readonly db: Database;
  readonly request: RecordBuffer;
  finish(status: number, error?: string): void;
  finished: boolean;
  work: Work | undefined;
}

/** UPDATE_RECORD: the commits of other nodes, and the end of read-only copies (`records.md` 11.5). */
export class Updates {
  readonly #parts: Ports;
  readonly #queues = new Map<Database, Update[]>();

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<"UPDATE_RECORD"> = {
    UPDATE_RECORD: (request, _origin, reply) => {
      const { host, databases } = this.#parts;
      const db = databases.get(request.dbId);
      if (host.recoveryMode !== RecoveryMode.NORMAL || db === undefined) return reply(-1);
      if (db.unhealthy !== undefined) {
        host.log.error(`update of unhealthy ${db.name}: ${db.unhealthy}`);
        return reply(-1);
      }
      const update = this.#begin(db, request, reply);
      if (db.volatile) this.#updateVolatile(update, request.records, db.generation);
      else this.#queue(update);
    },
  };

  /** The database is usable again, or its worker idle. */
  next(db: Database): void {
    const update = this.#queues.get(db)?.[0];
    if (update === undefined || db.freeze !== "none" || db.gate.busy) return;
    this.#queues.get(db)!.shift();
    this.#run(update);
  }

  /**
   * A recovery begins: updates that have not started fail. Applied after it they might undo what it
   * decided, on this node only.
   */
  recoveryBegins(): void {
    for (const queue of this.#queues.values()) {
      for (const update of queue.splice(0)) update.finish(1, "recovery has begun");
    }
  }

  /** Fails what waits for a database that goes away. */
  drop(db: Database): void {
    for (const update of this.#queues.get(db) ?? []) update.finish(1, "database was detached");
    this.#queues.delete(db);
  }

  #begin(db: Database, request: RecordBuffer, reply: ControlAnswer<"UPDATE_RECORD">): Update {
    const { host, stats } = this.#parts;
    const startedAt_ms = host.clock.now();
    stats.count(RecordsCount.childwriteCalls);
    stats.gauge(RecordsCount.pendingChildwriteCalls, 1);
    const update: Update = {
      db,
      request,
      finished: false,
      work: undefined,
      finish: (status, error) => {
        if (update.finished) return;
        update.finished = true;
        timer.cancel();
        stats.gauge(RecordsCount.pendingChildwriteCalls, -1);
        stats.latency("childwrite", (host.clock.now() - startedAt_ms) / 1000, db.name);
        reply(status, undefined, error);
      },
    };
    const timeout_ms = host.tunable("ControlTimeout") * 1000;
    const timer = host.setTimer(timeout_ms, () => this.#timedOut(update));
    return update;
  }

  #timedOut(update: Update): void {
    const { db, work } = update;
    update.finish(-1, "update of records timed out");
    const queue = this.#queues.get(db);
    const at = queue?.indexOf(update) ?? -1;
    if (at >= 0) queue!.splice(at, 1);
    if (work === undefined) return;
    work.cancel();
    this.#ended(db);
  }

  #queue(update: Update): void {
    const { db } = update;
    let queue = this.#queues.get(db);
    if (queue === undefined) this.#queues.set(db, queue = []);
    if (queue.length >= MAX_QUEUED_UPDATES) return update.finish(-1, "too many updates wait");
    queue.push(update);
    this.next(db);
  }

  #run(update: Update): void {
    const { db } = update;
    db.gate.enter();
    const buffer = encode(recordBuffer, update.request);
    update.work = this.#parts.storage.updateRecords(db.file, buffer, (outcome) => {
      if (update.finished) return;
      update.work = undefined;
      if (!outcome.ok) this.#parts.host.log.error(`update ${db.name}: ${outcome.reason}`);
      if (outcome.ok) update.finish(0);
      else update.finish(1, outcome.reason);
      this.#ended(db);
    });
  }

  #ended(db: Database): void {
    db.gate.leave();
    this.next(db);
  }

  /**
   * Volatile databases see updates only when copies are revoked: one record after the other, here,
   * each under its chain lock. There is nothing that would have to be undone together.
   */
  #updateVolatile(
    update: Update,
    records: readonly MarshalledRecord[],
    generation: number,
  ): void {
    const { db } = update;
    const { host, locks } = this.#parts;
    for (let i = 0; i < records.length; i++) {
      if (update.finished) return;
      const { key, data } = records[i]!;
      const lock = locks.acquire(db, key);
      if (lock === "busy") {
        const resume = () => {
          if (db.generation !== generation) update.finish(1, "recovery came between");
          else this.#updateVolatile(update, records.slice(i), generation);
        };
        const parked = locks.wait(db, key, { bytes: 16 + key.length + data.length, resume });
        if (!parked) update.finish(1, "too many packets wait");
        return;
      }
      if (lock === "failed") return update.finish(1, "cannot lock record");
      let ok = false;
      try {
        ok = this.#storeVolatile(db, key, data);
      } catch (error) {
        host.log.error(`update record in ${db.name}: ${faultText(error)}`);
      } finally {
        locks.release(db, key);
      }
      if (!ok) return update.finish(1, "record not updated");
    }
    update.finish(0);
  }

  #storeVolatile(db: Database, key: Uint8Array, data: Uint8Array): boolean {
    const { store } = this.#parts;
    const next = splitValue(data);
    const old = store.peek(db, key);
    if (next === undefined) return false;
    if (old === undefined) return true;
    if (!mayUpdate(old, next)) return false;
    // The same data again, late: the record may have another dmaster by now, which must stay known.
    if (next.header.rsn <= old.header.rsn) return true;
    return store.store(db, key, next.header, next.data) !== "failed";
  }
}
