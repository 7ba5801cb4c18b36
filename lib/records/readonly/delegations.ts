import { Operation, RecordFlag, recordValue, type ReqCall } from "../../wire/mod.ts";
import { faultText, RecordsError } from "../errors.ts";
import type { Database } from "../database.ts";
import type { FetchedRecord } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordStore } from "../record-store.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";

/** What the first delegation adds to the RSN, and what a copy is behind the owner (9.2). */
const FIRST_DELEGATION = 3n;
const COPY_BEHIND = 2n;

/** Gives read-only copies of records to other nodes (`records.md` 9.2). */
export class Delegations {
  readonly #host: RecordsHost;
  readonly #store: RecordStore;
  readonly #stats: RecordsStatistics;

  constructor(host: RecordsHost, store: RecordStore, stats: RecordsStatistics) {
    this.#host = host;
    this.#store = store;
    this.#stats = stats;
  }

  /**
   * Answers a call that wants a copy. The caller owns the record and holds its chain. A copy that
   * could not be noted down could never be called back, which is why failures are fatal.
   */
  delegate(db: Database, call: ReqCall, { header, data }: FetchedRecord): void {
    if ((header.flags & RecordFlag.RO_HAVE_DELEGATIONS) === 0) {
      header.rsn += FIRST_DELEGATION;
      header.flags = (header.flags | RecordFlag.RO_HAVE_DELEGATIONS) >>> 0;
      if (this.#store.store(db, call.key, header, data) !== "stored") {
        this.#host.fatal(`delegate record of ${db.name}: store failed`);
      }
    }
    this.#note(db, call);
    const copy = {
      rsn: header.rsn - COPY_BEHIND,
      dmaster: header.dmaster,
      flags: ((header.flags & ~RecordFlag.RO_HAVE_DELEGATIONS) | RecordFlag.RO_HAVE_READONLY) >>> 0,
    };
    this.#stats.count(RecordsCount.totalRoDelegations);
    db.tally.roDelegations++;
    this.#host.sendToNode(call.srcnode, {
      operation: Operation.REPLY_CALL,
      generation: db.generation,
      destnode: call.srcnode,
      srcnode: this.#host.pnn,
      reqid: call.reqid,
      status: 0,
      data: recordValue(copy, data),
    });
  }

  #note(db: Database, call: ReqCall): void {
    try {
      if (db.tracking === undefined) throw new RecordsError("no tracking database");
      db.tracking.add(call.key, call.srcnode);
    } catch (error) {
      this.#host.fatal(`note copy of a record of ${db.name}: ${faultText(error)}`);
    }
  }
}
