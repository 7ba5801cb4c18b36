import { assertInvariant } from "../../base/mod.ts";
import { decodePacket, Operation, type ReplyDmaster, type ReqDmaster } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { MutableHeader } from "../header.ts";
import { keepFrame } from "../keep-frame.ts";
import { RecordsCount } from "../statistics.ts";
import { admits } from "./admission.ts";
import { unknownDatabase } from "./reply-error.ts";
import type { PendingDmaster } from "./pending-dmaster.ts";
import { type NodeCallPorts } from "./call-ports.ts";

/** REQ_DMASTER at the lmaster, and REPLY_DMASTER at the new owner (`records.md` 6.9, 6.11). */
export class DmasterPackets {
  readonly #parts: NodeCallPorts;

  constructor(parts: NodeCallPorts) {
    this.#parts = parts;
  }

  packet(packet: ReqDmaster | ReplyDmaster, frame: Uint8Array): void {
    const { host, databases } = this.#parts;
    const db = databases.get(packet.dbId);
    if (db !== undefined) {
      this.#lock(db, packet, frame, undefined);
    } else if (packet.operation === Operation.REQ_DMASTER) {
      unknownDatabase(host, packet);
    } else {
      host.log.outside.warning(
        `record from node ${packet.srcnode}, unknown database: ${packet.dbId}`,
      );
    }
  }

  /** `entry`: where calls for the key wait, if the packet itself had to. */
  #lock(
    db: Database,
    packet: ReqDmaster | ReplyDmaster,
    frame: Uint8Array,
    entry: PendingDmaster | undefined,
  ): void {
    const { host, locks, pending } = this.#parts;
    const lock = locks.acquire(db, packet.key);
    if (lock === "failed") host.fatal(`lock record of ${db.name} that was handed over: failed`);
    if (lock === "busy") {
      return this.#wait(
        db,
        packet,
        frame,
        entry ?? pending.enter(db, packet.key, packet.generation),
      );
    }
    try {
      if (packet.operation === Operation.REQ_DMASTER) this.#asLmaster(db, packet);
      else this.#parts.ownership.become(db, packet);
    } finally {
      locks.release(db, packet.key);
      if (entry !== undefined) pending.leave(db, entry);
    }
  }

  #wait(
    db: Database,
    packet: ReqDmaster | ReplyDmaster,
    received: Uint8Array,
    entry: PendingDmaster,
  ): void {
    const { host, stats, parking, pending } = this.#parts;
    const { key, operation } = packet;
    const frame = keepFrame(received);
    const leave = () => pending.leave(db, entry);
    parking.forChain(db, key, frame.byteLength, {
      resume: () => {
        if (!admits(host, frame)) return leave();
        const again = decodePacket(frame);
        assertInvariant(
          again.operation === Operation.REQ_DMASTER || again.operation === Operation.REPLY_DMASTER,
          `resume hand-over, operation: ${again.operation}`,
        );
        stats.count(
          operation === Operation.REQ_DMASTER
            ? RecordsCount.nodeReqDmaster
            : RecordsCount.nodeReplyDmaster,
        );
        this.#lock(db, again, frame, entry);
      },
      outdated: leave,
    });
  }

  #asLmaster(db: Database, packet: ReqDmaster): void {
    const { host, store, ownership } = this.#parts;
    if (!store.isLmaster(packet.key)) {
      host.fatal(
        `record of ${db.name} handed over by node ${packet.srcnode}, lmaster is ` +
          `${store.lmaster(packet.key)}`,
      );
    }
    const header = this.#header(db, packet.key);
    if (header.dmaster !== packet.srcnode) {
      const what = `record of ${db.name} handed over by node ${packet.srcnode}, owner here: ` +
        `${header.dmaster}, rsn ${header.rsn} (theirs ${packet.rsn})`;
      host.log.error(what);
      // Of a record that nobody ever had here anybody may be the owner.
      if (header.rsn !== 0n || header.dmaster !== host.pnn) return host.forceRecovery(what);
    }
    if (header.rsn > packet.rsn) {
      host.log.warning(
        `record of ${db.name} from node ${packet.srcnode}, rsn ${packet.rsn} behind ${header.rsn}`,
      );
    }
    if (packet.dmaster === host.pnn) return ownership.become(db, packet);
    header.rsn = packet.rsn;
    header.flags = packet.recordFlags;
    const handover = { reqid: packet.reqid, newOwner: packet.dmaster, key: packet.key };
    ownership.answerAsLmaster(db, handover, { header, data: packet.data }, false);
  }

  #header(db: Database, key: Uint8Array): MutableHeader {
    const { store } = this.#parts;
    try {
      return store.peekHeader(db, key) ?? store.fetch(db, key).header;
    } catch (error) {
      return this.#parts.host.fatal(`fetch record of ${db.name}: ${faultText(error)}`);
    }
  }
}
