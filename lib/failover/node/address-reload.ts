import { messageOf, type Timer } from "../../base/mod.ts";
import { ADDRESS_RELOAD_LIMIT_MS } from "../../limits/mod.ts";
import { BROADCAST_CONNECTED, encode, messages, Srvid } from "../../wire/mod.ts";
import type { AddressTable, PublicAddress } from "./address-table.ts";
import type { AddressEntry, FailoverHost } from "./host.ts";

const FAILED = -1;

/**
 * RELOAD_PUBLIC_IPS (`failover.md` 14): makes the configured addresses those of the file. Only
 * addresses are compared; another mask or other interfaces of an address that stays are not seen.
 */
export class AddressReload {
  readonly #host: FailoverHost;
  readonly #table: AddressTable;
  readonly #remove: (entry: PublicAddress) => void;
  #cancelRunning: (() => void) | undefined;

  /** `remove` deletes one address, at once or when it is released. */
  constructor(
    host: FailoverHost,
    table: AddressTable,
    remove: (entry: PublicAddress) => void,
  ) {
    this.#host = host;
    this.#table = table;
    this.#remove = remove;
  }

  /** Starts a reload; one that is running fails. */
  start(done: (status: number) => void): void {
    this.stop();
    let over = false;
    const finish = (status: number) => {
      if (over) return;
      over = true;
      timer.cancel();
      this.#cancelRunning = undefined;
      done(status);
    };
    const timer: Timer = this.#host.clock.setTimer(ADDRESS_RELOAD_LIMIT_MS, () => {
      this.#host.log.error("reload public addresses: timed out");
      finish(FAILED);
    });
    this.#cancelRunning = () => finish(FAILED);
    this.#host.readAddressFile((result) => {
      if (!over) {
        finish("error" in result ? this.#refuse(result.error) : this.#apply(result.entries));
      }
    });
  }

  /** Fails a reload that is running. */
  stop(): void {
    this.#cancelRunning?.();
  }

  #apply(wanted: readonly AddressEntry[]): number {
    const added = wanted.filter(({ address }) => this.#table.find(address) === undefined);
    try {
      for (const entry of added) this.#table.check(entry);
    } catch (error) {
      return this.#refuse(messageOf(error));
    }
    const keep = new Set(wanted.map(({ address }) => address));
    for (const entry of this.#table.list()) {
      if (keep.has(entry.address)) entry.deletionPending = false;
      else this.#remove(entry);
    }
    if (added.length > 0) {
      const data = encode(messages.REBALANCE_NODE, this.#host.pnn);
      this.#host.sendMessage(BROADCAST_CONNECTED, Srvid.REBALANCE_NODE, data);
    }
    for (const entry of added) this.#table.add(entry);
    return 0;
  }

  #refuse(reason: string): number {
    this.#host.log.error(`reload public addresses: ${reason}`);
    return FAILED;
  }
}
