import {
  CallId,
  decodePacket,
  HEADER_SIZE,
  Operation,
  RecordFlag,
  type ReplyCall,
  type ReplyError,
} from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import { splitValue } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import { keepFrame } from "../keep-frame.ts";
import type { KeyLocks } from "../locks/key-locks.ts";
import type { RecordStore } from "../record-store.ts";
import { RecordsCount, type RecordsStatistics } from "../statistics.ts";
import { admits } from "./admission.ts";
import type { CallState } from "./call-state.ts";
import type { DmasterPackets } from "./dmaster-packets.ts";
import type { NodeCalls } from "./node-calls.ts";
import type { NodeParking } from "./node-parking.ts";
import type { PendingCalls } from "./pending-calls.ts";

/** What {@link CallPackets} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly stats: RecordsStatistics;
  readonly store: RecordStore;
  readonly locks: KeyLocks;
  readonly parking: NodeParking;
  readonly calls: PendingCalls;
  readonly nodeCalls: NodeCalls;
  readonly dmasters: DmasterPackets;
}

/** The five kinds of packets about records that come from nodes, this one included. */
export class CallPackets {
  readonly #parts: Ports;

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  /** Serves a packet, now or when its record can be locked. The frame may be kept. */
  packet(frame: Uint8Array): void {
    const { host, stats, nodeCalls, dmasters } = this.#parts;
    if (frame.byteLength < HEADER_SIZE || !admits(host, frame)) return;
    let packet;
    try {
      packet = decodePacket(frame);
    } catch (error) {
      host.log.outside.warning(`packet from node, malformed: ${faultText(error)}`);
      return;
    }
    switch (packet.operation) {
      case Operation.REQ_CALL:
        stats.count(RecordsCount.nodeReqCall);
        return nodeCalls.call(packet, frame);
      case Operation.REPLY_CALL:
        stats.count(RecordsCount.nodeReplyCall);
        return this.#replyCall(packet, frame);
      case Operation.REQ_DMASTER:
        stats.count(RecordsCount.nodeReqDmaster);
        return dmasters.packet(packet, frame);
      case Operation.REPLY_DMASTER:
        stats.count(RecordsCount.nodeReplyDmaster);
        return dmasters.packet(packet, frame);
      case Operation.REPLY_ERROR:
        stats.count(RecordsCount.nodeReplyError);
        return this.#replyError(packet);
      default:
        host.log.outside.warning(
          `packet from node ${packet.srcnode}, operation: ${packet.operation}`,
        );
    }
  }

  /** The answer to a call of ours: of this node itself, or a read-only copy (6.12). */
  #replyCall(packet: ReplyCall, frame: Uint8Array): void {
    const { host, calls } = this.#parts;
    const state = calls.find(packet.reqid);
    if (state === undefined) {
      host.log.outside.info(`reply from node ${packet.srcnode} to no call: ${packet.reqid}`);
      return;
    }
    if (packet.status === 0 && state.callid === CallId.FETCH_WITH_HEADER) {
      if (!this.#keepCopy(state, packet, frame)) return;
    }
    calls.complete(state, packet.status, packet.data);
  }

  /** Stores a read-only copy if it is newer than what is here; `false` when it must wait to do so. */
  #keepCopy(state: CallState, packet: ReplyCall, received: Uint8Array): boolean {
    const { store, locks, parking } = this.#parts;
    const copy = splitValue(packet.data);
    if (copy === undefined || (copy.header.flags & RecordFlag.RO_HAVE_READONLY) === 0) return true;
    const { db, key } = state;
    const lock = locks.acquire(db, key);
    if (lock === "busy") {
      const frame = keepFrame(received);
      parking.forChain(db, key, frame.byteLength, {
        resume: () => this.packet(frame),
        outdated: () => {},
      });
      return false;
    }
    if (lock === "failed") return true;
    try {
      const local = store.peekHeader(db, key);
      if (local === undefined || copy.header.rsn > local.rsn) {
        store.store(db, key, copy.header, copy.data);
      }
    } catch (error) {
      this.#parts.host.log.error(`store copy in ${db.name}: ${faultText(error)}`);
    } finally {
      locks.release(db, key);
    }
    return true;
  }

  #replyError(packet: ReplyError): void {
    const { host, calls } = this.#parts;
    const state = calls.find(packet.reqid);
    if (state === undefined) return;
    host.log.warning(
      `call on ${state.db.name} failed at node ${packet.srcnode}: ${packet.message}`,
    );
    calls.fail(state);
  }
}
