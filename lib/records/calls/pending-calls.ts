import { CallId, Operation, RECORD_HEADER_SIZE } from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";
import { CallList } from "./call-list.ts";
import { CallState } from "./call-state.ts";

/** The calls of local clients that are under way to other nodes (`records.md` 6.3, 6.4, 6.14). */
export class PendingCalls {
  readonly #host: RecordsHost;
  readonly #stats: RecordsStatistics;
  readonly #calls = new CallList();

  constructor(host: RecordsHost, stats: RecordsStatistics) {
    this.#host = host;
    this.#stats = stats;
  }

  /** Sends a call to `destination` and remembers it. */
  start(state: CallState, destination: number): void {
    state.reqid = this.#host.allocateRequest(state);
    this.#calls.add(state);
    this.#send(state, destination);
  }

  /** The call with this request id, if it is one of ours and still under way. */
  find(reqid: number): CallState | undefined {
    const owner = this.#host.lookupRequest(reqid);
    return owner instanceof CallState && owner.reqid === reqid ? owner : undefined;
  }

  /** The call was answered. The client's reply is queued before those who waited go on (7.4). */
  complete(state: CallState, status: number, data: Uint8Array): void {
    this.#forget(state);
    const { client, db } = state;
    const seconds = (this.#host.clock.now() - state.startedAt_ms) / 1000;
    this.#stats.latency("call", seconds, db.name);
    const translated = state.callid !== client.callid && client.callid === CallId.FETCH;
    this.#host.client(client.id)?.send({
      operation: Operation.REPLY_CALL,
      generation: this.#host.generation,
      destnode: 0,
      srcnode: this.#host.pnn,
      reqid: client.reqid,
      status,
      data: translated ? data.subarray(RECORD_HEADER_SIZE) : data,
    });
    state.over?.();
    state.fetch?.end();
  }

  /** The call failed: its client gets no reply at all (6.3). */
  fail(state: CallState): void {
    this.#forget(state);
    state.over?.();
    state.fetch?.end();
  }

  /** A client has gone, and nobody wants its answers; what waited behind its calls goes on. */
  clientGone(id: number): void {
    for (const state of this.#calls.filter(({ client }) => client.id === id)) this.fail(state);
  }

  /**
   * The database has a new generation: every call is sent again, under a new id so that a late reply
   * to the old one finds nobody, and to this node itself, whose rules know the way (6.14).
   */
  resend(db: Database): void {
    const calls = this.#calls.filter((state) => state.db === db);
    for (const state of calls) {
      this.#host.releaseRequest(state.reqid);
      state.reqid = this.#host.allocateRequest(state);
      this.#send(state, this.#host.pnn);
    }
    if (calls.length > 0) this.#host.log.notice(`resent ${calls.length} calls for ${db.name}`);
  }

  /** Forgets all calls of a database that goes away. */
  drop(db: Database): void {
    for (const state of this.#calls.filter((call) => call.db === db)) {
      this.#forget(state);
      state.fetch?.drop();
    }
  }

  #forget(state: CallState): void {
    this.#host.releaseRequest(state.reqid);
    this.#calls.delete(state);
    this.#stats.gauge(RecordsCount.pendingCalls, -1);
  }

  #send(state: CallState, destnode: number): void {
    this.#host.sendToNode(destnode, {
      operation: Operation.REQ_CALL,
      generation: state.db.generation,
      destnode,
      srcnode: this.#host.pnn,
      reqid: state.reqid,
      flags: state.flags,
      dbId: state.db.id,
      callid: state.callid,
      hopcount: 0,
      key: state.key,
      calldata: state.calldata,
    });
  }
}
