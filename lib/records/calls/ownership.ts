import { assertInvariant, sameBytes } from "../../base/mod.ts";
import {
  CallFlag,
  Operation,
  RecordFlag,
  type ReplyDmaster,
  type ReqCall,
  type ReqDmaster,
} from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import type { FetchedRecord, MutableHeader } from "../header.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordStore, StoreResult } from "../record-store.ts";
import type { Sticky } from "../sticky/sticky.ts";
import type { CallState } from "./call-state.ts";
import { builtinResult } from "./execute.ts";
import type { PendingCalls } from "./pending-calls.ts";

/** A record on its way to its new owner. */
interface Handover {
  readonly reqid: number;
  readonly newOwner: number;
  readonly key: Uint8Array;
}

/**
 * The three steps by which a record changes its owner (`records.md` 6.8, 6.10, 6.11). The caller
 * holds the chain lock. A store that fails in between is fatal: going on would leave two owners of
 * the record, or none.
 */
export class Ownership {
  readonly #host: RecordsHost;
  readonly #store: RecordStore;
  readonly #calls: PendingCalls;
  readonly #sticky: Sticky;

  constructor(host: RecordsHost, store: RecordStore, calls: PendingCalls, sticky: Sticky) {
    this.#host = host;
    this.#store = store;
    this.#calls = calls;
    this.#sticky = sticky;
  }

  /** The owner hands the record to the node that called for it: to the lmaster, or as lmaster. */
  giveAway(db: Database, call: ReqCall, record: FetchedRecord): void {
    const { header, data } = record;
    assertInvariant(
      header.dmaster === this.#host.pnn,
      `give away a record of ${db.name} that belongs to node ${header.dmaster}`,
    );
    if (data.length > 0) header.flags = (header.flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0;
    const handover = { reqid: call.reqid, newOwner: call.srcnode, key: call.key };
    const lmaster = this.#store.lmaster(call.key);
    if (lmaster === this.#host.pnn) {
      this.answerAsLmaster(db, handover, record, true);
      return;
    }
    // The packet carries the header as it is before the store rule takes flags off.
    const { rsn, flags } = header;
    header.dmaster = call.srcnode;
    this.#assertStored(db, "give away", this.#store.storeHeader(db, call.key, record));
    this.#host.sendToNode(lmaster, {
      operation: Operation.REQ_DMASTER,
      generation: db.generation,
      destnode: lmaster,
      srcnode: this.#host.pnn,
      reqid: call.reqid,
      dbId: db.id,
      rsn,
      dmaster: call.srcnode,
      key: call.key,
      data,
      recordFlags: flags,
    });
  }

  /**
   * The lmaster notes the new owner, keeps a stale copy, and sends the record on. `dataStays`: it has
   * this data already.
   */
  answerAsLmaster(
    db: Database,
    handover: Handover,
    record: FetchedRecord,
    dataStays: boolean,
  ): void {
    const { newOwner, key } = handover;
    const { header, data } = record;
    assertInvariant(newOwner !== this.#host.pnn, `hand a record of ${db.name} to itself`);
    const { rsn } = header;
    header.dmaster = newOwner;
    const stored = dataStays
      ? this.#store.storeHeader(db, key, record)
      : this.#store.store(db, key, header, data);
    this.#assertStored(db, "hand on", stored);
    assertInvariant(header.rsn === rsn, `hand on a record of ${db.name}: RSN changed`);
    this.#host.sendToNode(newOwner, {
      operation: Operation.REPLY_DMASTER,
      generation: db.generation,
      destnode: newOwner,
      srcnode: this.#host.pnn,
      reqid: handover.reqid,
      dbId: db.id,
      rsn,
      key,
      data,
      recordFlags: header.flags,
    });
  }

  /**
   * This node is the owner now. The record is stored whether or not its call is still known: the
   * only authoritative copy would be lost with the client that went away.
   */
  become(db: Database, packet: ReplyDmaster | ReqDmaster): void {
    const { key, data, rsn } = packet;
    const state = this.#calls.find(packet.reqid);
    const vacuum = state !== undefined && (state.flags & CallFlag.VACUUM_MIGRATION) !== 0;
    const header: MutableHeader = {
      rsn,
      dmaster: this.#host.pnn,
      flags: (packet.recordFlags | (vacuum ? RecordFlag.VACUUM_MIGRATED : 0)) >>> 0,
    };
    this.#assertStored(db, "receive", this.#store.store(db, key, header, data));
    assertInvariant(header.rsn >= rsn, `receive a record of ${db.name}: RSN went back`);
    this.#sticky.becameOwner(db, key);
    if (state === undefined || state.db !== db || !sameBytes(state.key, key)) {
      this.#host.log.info(`record of ${db.name} received, no call waits for it: ${packet.reqid}`);
      return;
    }
    this.#sticky.countMigration(db, key);
    this.#execute(state, { header, data });
  }

  #execute(state: CallState, record: FetchedRecord): void {
    const result = builtinResult(state.callid, record);
    if (result !== undefined) {
      const stored = this.#store.storeHeader(state.db, state.key, record);
      this.#assertStored(state.db, "write back", stored);
    }
    this.#calls.complete(state, 0, result ?? NO_DATA);
  }

  #assertStored(db: Database, what: string, result: StoreResult): void {
    if (result === "failed") this.#host.fatal(`${what} record of ${db.name}: store failed`);
  }
}
