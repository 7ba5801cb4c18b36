import type { Timer } from "../../base/mod.ts";
import { MAX_BEHIND_MESSAGES, TRAVERSE_WINDOW_BYTES } from "../../limits/mod.ts";
import {
  controls,
  encode,
  type MarshalledRecord,
  marshalledRecord,
  NodeFlag,
} from "../../wire/mod.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import type { TraversedRecord } from "../storage/storage.ts";
import type { OpenTraverses } from "./open-traverses.ts";

const BEHIND_DELAY_ms = 10;
const PER_RECORD_BYTES = 88;

/** Where records of a traverse go: to the node that asked, with the number it gave. */
export interface StreamTarget {
  readonly pnn: number;
  readonly reqid: number;
}

/**
 * The records that one traverse sends to the node that asked for them, no faster than that node, or
 * the client on our own, takes them: a large database must not pile up in memory on the way.
 */
export class RecordStream {
  readonly #host: RecordsHost;
  readonly #open: OpenTraverses;
  readonly #target: StreamTarget;
  readonly #lost: () => void;
  #underWay_bytes = 0;
  #wait: { cancel(): void } | undefined;
  #cancelled = false;

  /** `lost`: nobody takes the records any more. */
  constructor(
    host: RecordsHost,
    open: OpenTraverses,
    target: StreamTarget,
    lost: () => void,
  ) {
    this.#host = host;
    this.#open = open;
    this.#target = target;
    this.#lost = lost;
  }

  /** Sends records; calls `more` in a later turn, when there is room for others. */
  send(records: readonly TraversedRecord[], more: () => void): void {
    if (this.#target.pnn === this.#host.pnn) this.#sendHere(records, more);
    else this.#sendAway(records, more);
  }

  /** Sends the end marker. */
  end(): void {
    const { pnn, reqid } = this.#target;
    if (pnn === this.#host.pnn) this.#open.nodeDone(reqid, pnn);
    else this.#control({ reqid, key: NO_DATA, data: NO_DATA });
  }

  /** Nothing is called back any more. */
  cancel(): void {
    this.#cancelled = true;
    this.#wait?.cancel();
  }

  #sendHere(records: readonly TraversedRecord[], more: () => void): void {
    let behind = 0;
    for (const [key, value] of records) {
      const client = this.#open.record(this.#target.reqid, key, value);
      if (client === undefined) return this.#lost();
      behind = client.queuedFrames;
    }
    if (behind <= MAX_BEHIND_MESSAGES) this.#next(more);
    else this.#whenCaughtUp(more);
  }

  #whenCaughtUp(more: () => void): void {
    const timer: Timer = this.#host.setTimer(BEHIND_DELAY_ms, () => {
      const client = this.#open.client(this.#target.reqid);
      if (client === undefined) this.#lost();
      else if (client.queuedFrames > MAX_BEHIND_MESSAGES) this.#whenCaughtUp(more);
      else more();
    });
    this.#wait = timer;
  }

  #sendAway(records: readonly TraversedRecord[], more: () => void): void {
    const { pnn, reqid } = this.#target;
    if ((this.#host.nodeFlags(pnn) & NodeFlag.DISCONNECTED) !== 0) return this.#lost();
    for (const [key, data] of records) {
      this.#control({ reqid, key, data });
      this.#underWay_bytes += PER_RECORD_BYTES + key.length + data.length;
    }
    if (this.#underWay_bytes < TRAVERSE_WINDOW_BYTES) this.#next(more);
    else this.#whenTaken(more);
  }

  /** Frames stay in order: the answer to a ping says that all before it has arrived. */
  #whenTaken(more: () => void): void {
    const { opcode } = controls.PING;
    this.#wait = this.#host.sendControl(this.#target.pnn, opcode, NO_DATA, {}, ({ status }) => {
      if (status < 0) return this.#lost();
      this.#underWay_bytes = 0;
      more();
    });
  }

  #next(more: () => void): void {
    this.#host.defer(() => {
      if (!this.#cancelled) more();
    });
  }

  #control(record: MarshalledRecord): void {
    const data = encode(marshalledRecord, record);
    this.#host.broadcastControl(this.#target.pnn, controls.TRAVERSE_DATA.opcode, data);
  }
}
