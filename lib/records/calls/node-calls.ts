import {
  CallFlag,
  CallId,
  Operation,
  patchRedirect,
  RecordFlag,
  type ReqCall,
  RO_FLAGS,
} from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { type FetchedRecord, NO_DATA } from "../header.ts";
import { keepFrame } from "../keep-frame.ts";
import type { Delegations } from "../readonly/delegations.ts";
import type { Revokes } from "../readonly/revokes.ts";
import { hopBucket } from "../statistics.ts";
import type { Sticky } from "../sticky/sticky.ts";
import { hasCopies } from "./client-calls.ts";
import { replyError, unknownDatabase } from "./reply-error.ts";
import { builtinResult } from "./execute.ts";
import { type NodeCallPorts } from "./call-ports.ts";

/** A call is passed on at once until it was this often; it takes a handful to find any record. */
const BRISK_HOPS = 100;
/** How long each further hop is put off. */
const WANDERING_DELAY_MS = 20;

/** What {@link NodeCalls} works with. */
interface Ports extends NodeCallPorts {
  readonly sticky: Sticky;
  readonly revokes: Revokes;
  readonly delegations: Delegations;
  /** Feeds a parked packet in at the front, admission included. */
  reenter(frame: Uint8Array): void;
}

/** REQ_CALL from nodes, this one included (`records.md` 6.6). */
export class NodeCalls {
  readonly #parts: Ports;

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  call(call: ReqCall, frame: Uint8Array): void {
    const { host, databases, sticky, pending, parking, locks } = this.#parts;
    const db = databases.get(call.dbId);
    if (db === undefined) return unknownDatabase(host, call);
    const pinned = db.sticky ? sticky.pinned(db, call.key) : undefined;
    const handover = pending.find(db, call.key, call.generation);
    const queue = pinned ?? handover?.parked;
    if (queue !== undefined) return parking.in(db, queue, this.#parked(frame, false));

    const lock = locks.acquire(db, call.key);
    if (lock === "failed") return replyError(host, call, "cannot lock record");
    if (lock === "busy") {
      const packet = this.#parked(frame, false);
      return parking.forChain(db, call.key, packet.bytes, { ...packet, outdated: () => {} });
    }
    try {
      this.#locked(db, call, frame);
    } finally {
      locks.release(db, call.key);
    }
  }

  #locked(db: Database, call: ReqCall, frame: Uint8Array): void {
    const { host, stats, sticky, ownership, delegations } = this.#parts;
    const record = this.#fetch(db, call);
    if (record === undefined) return;
    const readonly = db.readonly && (call.flags & CallFlag.WANT_READONLY) !== 0;
    if (this.#revoking(db, call, frame, record, readonly)) return;
    const { header } = record;
    if (header.dmaster !== host.pnn && (header.flags & RecordFlag.RO_HAVE_DELEGATIONS) === 0) {
      return this.#redirect(db, call, frame, header.dmaster);
    }
    if (!readonly && hasCopies(record)) {
      const packet = this.#parked(frame, readonly);
      return this.#parts.revokes.start(db, call.key, record, packet);
    }
    const own = call.srcnode === host.pnn;
    if (readonly && call.callid === CallId.FETCH_WITH_HEADER && !own) {
      return delegations.delegate(db, call, record);
    }
    stats.hop(call.hopcount);
    db.tally.hopBuckets[hopBucket(call.hopcount)]!++;
    if (db.sticky) sticky.served(db, call.key, call.hopcount);
    if (own) return this.#execute(db, call, record);
    if (db.committing) {
      host.log.info(`call of node ${call.srcnode} on ${db.name} dropped: transaction under way`);
      return;
    }
    ownership.giveAway(db, call, record);
  }

  #fetch(db: Database, call: ReqCall): FetchedRecord | undefined {
    const { host, store } = this.#parts;
    try {
      return store.fetchForCall(db, call.key);
    } catch (error) {
      host.log.error(`fetch record of ${db.name}: ${faultText(error)}`);
      replyError(host, call, "cannot fetch record");
      return undefined;
    }
  }

  /** Finishes a revoke that is complete; `true` if the packet waits for one that is not. */
  #revoking(
    db: Database,
    call: ReqCall,
    frame: Uint8Array,
    record: FetchedRecord,
    readonly: boolean,
  ): boolean {
    if ((record.header.flags & RO_FLAGS) === 0) return false;
    return this.#parts.revokes.holdsUp(db, call.key, record, this.#parked(frame, readonly));
  }

  #parked(received: Uint8Array, readonly: boolean) {
    const frame = keepFrame(received);
    const resume = () => this.#parts.reenter(frame);
    return { bytes: frame.byteLength, readonly, resume };
  }

  /**
   * Sends the very same packet on, to who knows better. Source, request id and generation stay those
   * of the node that asked, so the answer goes straight back to it (6.7).
   */
  #redirect(db: Database, call: ReqCall, frame: Uint8Array, owner: number): void {
    const { host, store } = this.#parts;
    const lmaster = store.lmaster(call.key);
    const destnode = lmaster === host.pnn ? owner : lmaster;
    const hopcount = (call.hopcount + 1) >>> 0;
    if (hopcount % 100 > 95) {
      host.log.warning(`call of node ${call.srcnode} on ${db.name}, redirected: ${hopcount} times`);
    }
    const brisk = hopcount <= BRISK_HOPS;
    // What is not sent at once is kept, and the frame's memory is the transport's again after this.
    const sent = brisk && destnode !== host.pnn ? frame : frame.slice();
    patchRedirect(sent, destnode, hopcount);
    if (brisk) host.forward(destnode, sent);
    else this.#forwardLater(db, destnode, sent);
  }

  /**
   * A call that has come this far goes round between nodes that each think the other has the record:
   * only a recovery ends that, and until then it shall not keep the nodes from it.
   */
  #forwardLater(db: Database, destnode: number, frame: Uint8Array): void {
    const { host } = this.#parts;
    const timer = host.setTimer(WANDERING_DELAY_MS, () => {
      db.laterTimers.delete(timer);
      host.forward(destnode, frame);
    });
    db.laterTimers.add(timer);
  }

  /** A call that this node sent to itself, after a recovery: the record has come here since. */
  #execute(db: Database, call: ReqCall, record: FetchedRecord): void {
    const { host, store } = this.#parts;
    const result = builtinResult(call.callid, record);
    if (result !== undefined) store.storeHeader(db, call.key, record);
    host.sendToNode(host.pnn, {
      operation: Operation.REPLY_CALL,
      generation: db.generation,
      destnode: host.pnn,
      srcnode: host.pnn,
      reqid: call.reqid,
      status: result === undefined ? -1 : 0,
      data: result ?? NO_DATA,
    });
  }
}
