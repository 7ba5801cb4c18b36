import type { Timer } from "../../base/mod.ts";
import { MAX_DELETE_REQUESTS } from "../../limits/mod.ts";
import { type ControlHandlers, RecoveryMode } from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { VacuumParts } from "./run-context.ts";
import { tryDeleteRecords } from "./try-delete.ts";
import { type RunEnd, VacuumRun } from "./vacuum-run.ts";

/** Controls of vacuuming; SCHEDULE_FOR_DELETION is with those that only look something up. */
export type VacuumControlName = "TRY_DELETE_RECORDS" | "VACUUM_FETCH" | "DB_VACUUM";

/** Another database is being vacuumed: time until the next try. */
const OTHER_RUNS_ms = 500;

/** When a database is vacuumed. */
interface Schedule {
  /** The interval that the timer was armed with. */
  interval_s: number;
  timer: Timer;
  /** Runs since the last full one. */
  runs: number;
}

/**
 * Vacuuming (`records.md` 10): deletes empty records of volatile databases on all nodes, on one
 * database at a time, and never waits for a lock.
 */
export class Vacuum {
  readonly #parts: VacuumParts & { readonly databases: DatabaseList };
  readonly #schedules = new Map<Database, Schedule>();
  /** TRY_DELETE_RECORDS that are not answered. */
  #requests = 0;
  #run: VacuumRun | undefined;

  constructor(parts: VacuumParts & { readonly databases: DatabaseList }) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<VacuumControlName> = {
    TRY_DELETE_RECORDS: ({ dbId, records }, _origin, reply) => {
      const db = this.#volatile(dbId);
      if (db === undefined || this.#requests >= MAX_DELETE_REQUESTS) return reply(-1);
      this.#requests++;
      tryDeleteRecords(this.#parts, db, records, (refused) => {
        this.#requests--;
        reply(0, { dbId, records: refused });
      });
    },
    VACUUM_FETCH: ({ dbId, records }, _origin, reply) => {
      const db = this.#volatile(dbId);
      if (db === undefined) return reply(-1);
      for (const { key } of records) db.fetchQueue.add(key);
      reply(0);
    },
    DB_VACUUM: ({ dbId, fullVacuumRun }, _origin, reply) => {
      const db = this.#volatile(dbId);
      if (db === undefined || this.#run !== undefined || !this.#usable(db)) {
        this.#parts.host.log.outside.error(`vacuum of 0x${dbId.toString(16)} refused`);
        return reply(-1);
      }
      this.#start(db, fullVacuumRun, (end) => reply(end === "ok" ? 0 : -1));
    },
  };

  /** A database was attached: it is vacuumed from now on. */
  attached(db: Database): void {
    if (!db.volatile) return;
    const interval_s = this.#parts.host.tunable("VacuumInterval");
    this.#schedules.set(db, { interval_s, runs: 0, timer: this.#arm(db, interval_s * 1000) });
  }

  /** Stops the run that is under way, whatever database it is on. */
  kill(reason: string): void {
    this.#run?.kill(reason);
  }

  /** Ends all that is under way for a database that goes away. */
  drop(db: Database): void {
    this.#schedules.get(db)?.timer.cancel();
    this.#schedules.delete(db);
    if (this.#run?.db === db) this.#run.kill("the database goes away");
  }

  #volatile(dbId: number): Database | undefined {
    const db = this.#parts.databases.get(dbId);
    return db?.volatile ? db : undefined;
  }

  #usable(db: Database): boolean {
    return this.#parts.host.recoveryMode === RecoveryMode.NORMAL && db.freeze === "none";
  }

  #arm(db: Database, delay_ms: number): Timer {
    // An interval of nothing would do nothing else.
    return this.#parts.host.setTimer(Math.max(1000, delay_ms), () => this.#due(db));
  }

  #due(db: Database): void {
    const schedule = this.#schedules.get(db);
    if (schedule === undefined) return;
    const { host } = this.#parts;
    const interval_s = host.tunable("VacuumInterval");
    const longer_s = interval_s - schedule.interval_s;
    schedule.interval_s = interval_s;
    if (longer_s > 0) {
      schedule.timer = this.#arm(db, longer_s * 1000);
    } else if (!this.#usable(db)) {
      schedule.timer = this.#arm(db, interval_s * 1000);
    } else if (this.#run !== undefined) {
      schedule.timer = host.setTimer(OTHER_RUNS_ms, () => this.#due(db));
    } else {
      this.#start(db, this.#nextIsFull(schedule), () => {
        if (this.#schedules.get(db) !== schedule) return;
        schedule.timer = this.#arm(db, schedule.interval_s * 1000);
      });
    }
  }

  #nextIsFull(schedule: Schedule): boolean {
    const count = this.#parts.host.tunable("VacuumFastPathCount");
    if (schedule.runs < count) return false;
    schedule.runs = 0;
    return count > 0;
  }

  #start(db: Database, full: boolean, ended: (end: RunEnd) => void): void {
    this.#run = new VacuumRun(this.#parts, db, full, (end) => {
      this.#run = undefined;
      const schedule = this.#schedules.get(db);
      if (schedule !== undefined && end !== "killed") schedule.runs++;
      ended(end);
    });
  }
}
