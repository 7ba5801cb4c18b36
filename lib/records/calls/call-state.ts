import type { Database } from "../database.ts";
import type { InFlightFetch } from "./fetch-collapse.ts";

/**
 * A call of a local client that went to another node: the owner of a request id, from sending
 * REQ_CALL until the reply, an error, or the end of the client (`records.md` 6.1).
 */
export class CallState {
  readonly db: Database;
  readonly key: Uint8Array;
  /** Flags and call id as they were sent. */
  readonly flags: number;
  readonly callid: number;
  /** What the client asked, and the id that its reply carries. */
  readonly client: { readonly id: number; readonly reqid: number; readonly callid: number };
  readonly calldata: Uint8Array;
  readonly startedAt_ms: number;
  /** Comes when the call is over, however it ended: for calls of the daemon's own, without client. */
  readonly over: (() => void) | undefined;
  /** Changes when the call is sent again after a recovery. */
  reqid: number;
  /** The calls before and after this one in {@link CallList}. */
  previous: CallState | undefined = undefined;
  next: CallState | undefined = undefined;
  /** Later calls for the same key that wait for this one. */
  fetch: InFlightFetch | undefined;

  constructor(spec: {
    db: Database;
    key: Uint8Array;
    flags: number;
    callid: number;
    calldata: Uint8Array;
    client: { id: number; reqid: number; callid: number };
    startedAt_ms: number;
    over?: () => void;
  }) {
    this.db = spec.db;
    this.key = spec.key;
    this.flags = spec.flags;
    this.callid = spec.callid;
    this.calldata = spec.calldata;
    this.client = spec.client;
    this.startedAt_ms = spec.startedAt_ms;
    this.over = spec.over;
    this.reqid = 0;
  }
}
