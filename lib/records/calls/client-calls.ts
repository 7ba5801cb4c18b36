import { CopyArena } from "../../base/mod.ts";
import {
  CallFlag,
  CallId,
  decodePacket,
  Operation,
  RecordFlag,
  type ReqCall,
  RO_FLAGS,
} from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { type FetchedRecord, NO_DATA } from "../header.ts";
import type { RecordsClient } from "../host.ts";
import { keepFrame } from "../keep-frame.ts";
import type { ParkedPacket } from "../parking.ts";
import type { Revokes } from "../readonly/revokes.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";
import { CallState } from "./call-state.ts";
import { builtinResult } from "./execute.ts";
import { inFlight, InFlightFetch } from "./fetch-collapse.ts";
import type { PendingCalls } from "./pending-calls.ts";
import { type RecordPorts } from "../ports.ts";

/** What {@link ClientCalls} works with. */
interface Ports extends RecordPorts {
  readonly stats: RecordsStatistics;
  readonly calls: PendingCalls;
  readonly revokes: Revokes;
}

/** REQ_CALL from local clients (`records.md` 6.3). */
export class ClientCalls {
  readonly #parts: Ports;
  readonly #copies = new CopyArena();

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  /**
   * Serves a client's REQ_CALL, now or when its record is here. What is no call at all is dropped with
   * a log line; a call that cannot be served costs the client its connection.
   */
  call(frame: Uint8Array, client: RecordsClient): void {
    const { host, stats } = this.#parts;
    stats.count(RecordsCount.clientReqCall);
    const call = this.#decode(frame, client);
    if (call === undefined) return;
    stats.count(RecordsCount.totalCalls);
    stats.gauge(RecordsCount.pendingCalls, 1);
    const db = this.#parts.databases.get(call.dbId);
    if (db === undefined) {
      host.log.outside.warning(`call of client ${client.id}, unknown database: ${hex(call.dbId)}`);
    }
    const goesOn = db !== undefined && this.#locked(db, call, frame, client);
    if (!goesOn) stats.gauge(RecordsCount.pendingCalls, -1);
  }

  #decode(frame: Uint8Array, client: RecordsClient): ReqCall | undefined {
    const { log } = this.#parts.host;
    try {
      const packet = decodePacket(frame);
      if (packet.operation === Operation.REQ_CALL && packet.key.length > 0) return packet;
      log.outside.warning(`call of client ${client.id}: no key`);
    } catch (error) {
      log.outside.warning(`call of client ${client.id}: ${faultText(error)}`);
    }
    return undefined;
  }

  /** Whether the call is answered or under way; otherwise it is parked or dropped. */
  #locked(db: Database, call: ReqCall, frame: Uint8Array, client: RecordsClient): boolean {
    const { locks } = this.#parts;
    const lock = locks.acquire(db, call.key);
    if (lock === "failed") return this.#giveUp(db, client, "its record cannot be locked");
    if (lock === "busy") {
      if (locks.wait(db, call.key, this.#parked(frame, client))) return false;
      return this.#giveUp(db, client, `packets parked: ${db.parking.packets}`);
    }
    try {
      return this.#fetched(db, call, frame, client);
    } catch (error) {
      return this.#giveUp(db, client, faultText(error));
    } finally {
      locks.release(db, call.key);
    }
  }

  #fetched(db: Database, call: ReqCall, frame: Uint8Array, client: RecordsClient): boolean {
    const { host, store, revokes } = this.#parts;
    const record = store.fetchForCall(db, call.key);
    const collapse = host.tunable("FetchCollapse") === 1;
    const fetches = inFlight.of(db);
    if (collapse && fetches.size > 0) {
      const fetch = fetches.get(call.key);
      // Without a place it goes on its own, as if there were no collapsing.
      if (fetch?.park(this.#parked(frame, client))) return false;
    }
    const readonly = db.readonly && (call.flags & CallFlag.WANT_READONLY) !== 0;
    if ((record.header.flags & RO_FLAGS) !== 0) {
      const packet = { ...this.#parked(frame, client), readonly };
      if (revokes.holdsUp(db, call.key, record, packet)) return false;
      if (record.header.dmaster === host.pnn && !readonly && hasCopies(record)) {
        revokes.start(db, call.key, record, packet);
        return false;
      }
    }
    const callid = readonly ? CallId.FETCH_WITH_HEADER : call.callid;
    if (record.header.dmaster === host.pnn) this.#serve(db, call, callid, record, client);
    else this.#send(db, call, callid, readonly, record.header.dmaster, client, collapse);
    return true;
  }

  /** The record is here: executes the call, which writes the record back, and answers. */
  #serve(
    db: Database,
    call: ReqCall,
    callid: number,
    record: FetchedRecord,
    client: RecordsClient,
  ): void {
    const { host, stats, store } = this.#parts;
    const startedAt_ms = host.clock.now();
    const result = builtinResult(callid, record);
    if (result !== undefined) store.storeHeader(db, call.key, record);
    const stripped = callid !== call.callid && call.callid === CallId.FETCH;
    client.send({
      operation: Operation.REPLY_CALL,
      generation: host.generation,
      destnode: 0,
      srcnode: host.pnn,
      reqid: call.reqid,
      status: 0,
      data: stripped ? record.data : result ?? NO_DATA,
    });
    stats.gauge(RecordsCount.pendingCalls, -1);
    stats.latency("call", (host.clock.now() - startedAt_ms) / 1000, db.name);
  }

  #send(
    db: Database,
    call: ReqCall,
    callid: number,
    readonly: boolean,
    destination: number,
    client: RecordsClient,
    collapse: boolean,
  ): void {
    const { host, calls } = this.#parts;
    const flags = readonly ? call.flags : (call.flags & ~CallFlag.WANT_READONLY) >>> 0;
    // Copies: the call may be under way for long, and its frame is part of a large read.
    const state = new CallState({
      db,
      key: this.#copies.copy(call.key),
      flags,
      callid,
      calldata: call.calldata.length === 0 ? NO_DATA : this.#copies.copy(call.calldata),
      client: { id: client.id, reqid: call.reqid, callid: call.callid },
      startedAt_ms: host.clock.now(),
    });
    if (collapse) state.fetch = new InFlightFetch(host, db, state.key);
    calls.start(state, destination);
  }

  /** The frame as something that waits; it goes in again at the front if its client is still there. */
  #parked(received: Uint8Array, { id }: RecordsClient): ParkedPacket {
    const frame = keepFrame(received);
    return {
      bytes: frame.byteLength,
      resume: () => {
        const client = this.#parts.host.client(id);
        if (client !== undefined) this.call(frame, client);
      },
    };
  }

  /** The protocol has no answer for a call that fails here, and a client would wait for ever. */
  #giveUp(db: Database, client: RecordsClient, reason: string): false {
    const what = `call on ${db.name} cannot be served: ${reason}`;
    this.#parts.host.log.outside.error(`Cut off client ${client.id}: ${what}`);
    client.close(what);
    return false;
  }
}

/** Whether other nodes may have read-only copies of a record, or this one is such a copy. */
export function hasCopies({ header }: FetchedRecord): boolean {
  return (header.flags & (RecordFlag.RO_HAVE_DELEGATIONS | RecordFlag.RO_HAVE_READONLY)) !== 0;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
