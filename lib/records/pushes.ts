import { MAX_UNSYNCED_PUSHES } from "../limits/mod.ts";
import { type ControlHandlers, type PushedRecord, RecordFlag, RecoveryMode } from "../wire/mod.ts";
import type { Database } from "./database.ts";
import { faultText } from "./errors.ts";
import type { MutableHeader } from "./header.ts";
import type { RecordsStorage, Work } from "./storage/storage.ts";
import { type RecordPorts } from "./ports.ts";

/** Of the control, without key and value. */
const FIXED_BYTES = 40;

/** What {@link Pushes} works with. */
interface Ports extends RecordPorts {
  readonly storage: RecordsStorage;
}

type Answer = (status: number) => void;

/** What of a database has to reach the disk. */
interface Syncing {
  /** The file is being synced for these. */
  work: Work | undefined;
  running: Answer[];
  /** Stored since; the next sync is theirs. */
  next: Answer[];
}

/**
 * PUSH_RECORD: the owner of a record puts it on all nodes and their disks, so that it survives the
 * owner (`next.md` 2.2). The chain lock is waited for as for any packet, the disk in a helper
 * process; where the C daemon stores whatever it is sent, a record that is newer here stays.
 */
export class Pushes {
  readonly #parts: Ports;
  readonly #syncing = new Map<Database, Syncing>();

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<"PUSH_RECORD"> = {
    PUSH_RECORD: (pushed, _origin, reply) => {
      const { host, databases } = this.#parts;
      if (this.#isOutdated(pushed)) return reply(0);
      // The owner has stored it itself, with a higher rsn.
      if (pushed.header.dmaster === host.pnn) return reply(0);
      const db = databases.get(pushed.dbId);
      if (db === undefined || !db.volatile) {
        const why = db === undefined ? "unknown" : `${db.name} is ${db.kind}`;
        host.log.outside.error(
          `push of a record to database 0x${pushed.dbId.toString(16)}: ${why}`,
        );
        return reply(-1);
      }
      this.#push(db, pushed, reply);
    },
  };

  /** Answers what waits for the disk of a database that goes away. */
  drop(db: Database): void {
    const syncing = this.#syncing.get(db);
    if (syncing === undefined) return;
    this.#syncing.delete(db);
    syncing.work?.cancel();
    for (const reply of [...syncing.running, ...syncing.next]) reply(-1);
  }

  #isOutdated({ generation }: PushedRecord): boolean {
    const { host } = this.#parts;
    if (generation === host.generation) return false;
    host.log.info("Ignoring outdated push-record");
    return true;
  }

  #push(db: Database, pushed: PushedRecord, reply: Answer): void {
    const { host, locks } = this.#parts;
    // The owner stored it before it sent, under its chain lock: the recovery finds it there.
    if (db.freeze !== "none" || host.recoveryMode !== RecoveryMode.NORMAL) return reply(0);
    const { key, value } = pushed;
    const lock = locks.acquire(db, key);
    if (lock === "failed") return reply(-1);
    if (lock === "busy") {
      // A copy: what waits must not pin the frame, of which the link makes other use.
      const kept = { ...pushed, key: key.slice(), value: value.slice() };
      const bytes = FIXED_BYTES + key.length + value.length;
      const resume = () => this.#isOutdated(kept) ? reply(0) : this.#push(db, kept, reply);
      if (!locks.wait(db, kept.key, { bytes, resume })) reply(-1);
      return;
    }
    let result: "stored" | "newer" | "failed";
    try {
      result = this.#store(db, pushed);
    } finally {
      locks.release(db, key);
    }
    if (result === "stored") this.#sync(db, reply);
    else reply(result === "newer" ? 0 : -1);
  }

  #store(db: Database, { header, key, value }: PushedRecord): "stored" | "newer" | "failed" {
    const { host, store } = this.#parts;
    try {
      const here = store.peekHeader(db, key);
      if (here !== undefined && isNewer(here, header.rsn, host.pnn)) return "newer";
      const flags = (header.flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0;
      const stored: MutableHeader = { ...header, flags };
      return store.store(db, key, stored, value) === "stored" ? "stored" : "failed";
    } catch (error) {
      host.log.outside.error(`push of a record to ${db.name}: ${faultText(error)}`);
      return "failed";
    }
  }

  #sync(db: Database, reply: Answer): void {
    let syncing = this.#syncing.get(db);
    if (syncing === undefined) {
      this.#syncing.set(db, syncing = { work: undefined, running: [], next: [] });
    }
    if (syncing.next.length >= MAX_UNSYNCED_PUSHES) return reply(-1);
    syncing.next.push(reply);
    if (syncing.work === undefined) this.#startSync(db, syncing);
  }

  /** One sync for all that was stored before it began. */
  #startSync(db: Database, syncing: Syncing): void {
    syncing.running = syncing.next;
    syncing.next = [];
    syncing.work = this.#parts.storage.syncFile(db.file, (outcome) => {
      const { running } = syncing;
      syncing.work = undefined;
      syncing.running = [];
      if (!outcome.ok) this.#parts.host.log.error(`sync ${db.name} to disk: ${outcome.reason}`);
      for (const reply of running) reply(outcome.ok ? 0 : -1);
      if (syncing.next.length > 0) this.#startSync(db, syncing);
      else this.#syncing.delete(db);
    });
  }
}

/** Whether the copy here must not be replaced by one with `rsn`. */
function isNewer(here: MutableHeader, rsn: bigint, self: number): boolean {
  return here.rsn > rsn || (here.dmaster === self && here.rsn >= rsn);
}
