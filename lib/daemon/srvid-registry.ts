import { encodePacket, type ReqMessage, SRVID_ALL } from "../wire/mod.ts";
import type { Faults } from "./faults.ts";

/** Somebody on this node who gets messages: a client, or a part of the daemon. */
export interface MessageTarget {
  /** The message's bytes are valid during the call only. */
  deliver(message: LocalMessage): void;
}

/** A message on its way to local targets. */
export class LocalMessage {
  /** As clients get it. */
  readonly packet: ReqMessage;
  #frame: Uint8Array<ArrayBuffer> | undefined;

  constructor(packet: ReqMessage) {
    this.packet = packet;
  }

  /** The packet as a frame to keep: one, however many targets must wait with it. */
  get frame(): Uint8Array<ArrayBuffer> {
    return this.#frame ??= encodePacket(this.packet);
  }
}

/**
 * Who listens to which srvid (`records.md` 15). The same target may register a srvid several times
 * and then gets as many copies; the newest registration is served first.
 */
export class SrvidRegistry {
  readonly #targets = new Map<bigint, MessageTarget[]>();
  readonly #packetOf: (srvid: bigint, data: Uint8Array) => ReqMessage;
  readonly #faults: Faults;

  constructor(packetOf: (srvid: bigint, data: Uint8Array) => ReqMessage, faults: Faults) {
    this.#packetOf = packetOf;
    this.#faults = faults;
  }

  register(srvid: bigint, target: MessageTarget): void {
    const targets = this.#targets.get(srvid);
    if (targets === undefined) this.#targets.set(srvid, [target]);
    else targets.unshift(target);
  }

  /** Takes one registration back; false when there is none. */
  deregister(srvid: bigint, target: MessageTarget): boolean {
    const targets = this.#targets.get(srvid);
    const index = targets?.indexOf(target) ?? -1;
    if (targets === undefined || index < 0) return false;
    if (targets.length === 1) this.#targets.delete(srvid);
    // A copy: a delivery may be walking the old list.
    else this.#targets.set(srvid, targets.toSpliced(index, 1));
    return true;
  }

  isRegistered(srvid: bigint): boolean {
    return this.#targets.has(srvid);
  }

  has(srvid: bigint, target: MessageTarget): boolean {
    return this.#targets.get(srvid)?.includes(target) ?? false;
  }

  /** Delivers to registrations of exactly `srvid`, then to those of SRVID_ALL. */
  dispatch(srvid: bigint, data: Uint8Array): void {
    this.dispatchExact(srvid, data);
    const all = this.#targets.get(SRVID_ALL);
    if (all !== undefined) this.#deliver(all, srvid, data);
  }

  /** Delivers to registrations of exactly `srvid` only: what a traverse sends. */
  dispatchExact(srvid: bigint, data: Uint8Array): void {
    const targets = this.#targets.get(srvid);
    if (targets !== undefined) this.#deliver(targets, srvid, data);
  }

  #deliver(targets: readonly MessageTarget[], srvid: bigint, data: Uint8Array): void {
    const message = new LocalMessage(this.#packetOf(srvid, data));
    for (const target of targets) {
      try {
        target.deliver(message);
      } catch (error) {
        // The others are owed the message all the same.
        this.#faults.handle(`Message 0x${srvid.toString(16)}`, error);
      }
    }
  }
}
