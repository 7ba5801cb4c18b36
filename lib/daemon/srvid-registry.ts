import { type PlacedMessage, SRVID_ALL } from "../wire/mod.ts";
import type { Faults } from "./faults.ts";
import type { NodeState } from "./node-state.ts";
import { SrvidTable } from "./srvid-table.ts";

/** Both halves of the srvid that stands for all. */
const ALL_HALF = Number(SRVID_ALL >> 32n);

/** Somebody on this node who gets messages: a client, or a part of the daemon. */
export interface MessageTarget {
  /** The message is valid during the call only. */
  deliver(message: PlacedMessage): void;
}

/**
 * Who listens to which srvid (`records.md` 15). The same target may register a srvid several times
 * and then gets as many copies; the newest registration is served first.
 */
export class SrvidRegistry {
  readonly #targets = new SrvidTable<MessageTarget[]>();
  readonly #state: Pick<NodeState, "generation" | "pnn">;
  readonly #faults: Faults;

  constructor(state: Pick<NodeState, "generation" | "pnn">, faults: Faults) {
    this.#state = state;
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
    return this.#targets.get(srvid) !== undefined;
  }

  has(srvid: bigint, target: MessageTarget): boolean {
    return this.#targets.get(srvid)?.includes(target) ?? false;
  }

  /** Delivers to registrations of exactly its srvid, then to those of SRVID_ALL. */
  dispatch(message: PlacedMessage): void {
    this.dispatchExact(message);
    const all = this.#targets.find(ALL_HALF, ALL_HALF);
    if (all !== undefined) this.#deliver(all, message);
  }

  /** Delivers to registrations of exactly its srvid only: what a traverse sends. */
  dispatchExact(message: PlacedMessage): void {
    const targets = this.#targets.find(message.srvidLow, message.srvidHigh);
    if (targets !== undefined) this.#deliver(targets, message);
  }

  /** The header that clients get shows only the own node (`wire.md` 2.7). */
  #deliver(targets: readonly MessageTarget[], message: PlacedMessage): void {
    const { generation, pnn } = this.#state;
    message.address(generation, 0, pnn);
    for (const target of targets) {
      try {
        target.deliver(message);
      } catch (error) {
        // The others are owed the message all the same.
        this.#faults.handle(`Message 0x${message.srvid.toString(16)}`, error);
      }
    }
  }
}
