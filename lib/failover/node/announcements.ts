import { messageOf, type Timer } from "../../base/mod.ts";
import { MAX_ANNOUNCEMENT_REQUESTS } from "../../limits/mod.ts";
import type { Connection } from "../../wire/mod.ts";
import type { PublicAddress } from "./address-table.ts";
import type { FailoverHost, FailoverOptions } from "./host.ts";

const ROUNDS = 3;
const ROUND_INTERVAL_MS = 1100;
const REQUESTED_INTERVAL_MS = 1000;

type AnnouncementHost = Pick<FailoverHost, "clock" | "log" | "announcer">;

/** Tells the neighbours and the clients of an address that it is here now (`failover.md` 10). */
export class Announcements {
  readonly #host: AnnouncementHost;
  readonly #enabled: boolean;
  readonly #ofAddress = new Map<PublicAddress, Timer>();
  readonly #requested = new Set<Timer>();

  constructor(host: AnnouncementHost, { checkAddresses }: FailoverOptions) {
    this.#host = host;
    this.#enabled = checkAddresses;
  }

  /** Three rounds of announcement and tickles, the first at once. Replaces rounds under way. */
  start(entry: PublicAddress, connections: readonly Connection[]): void {
    this.cancel(entry);
    if (this.#enabled) this.#round(entry, connections, ROUNDS);
  }

  /** No more rounds for this address. */
  cancel(entry: PublicAddress): void {
    this.#ofAddress.get(entry)?.cancel();
    this.#ofAddress.delete(entry);
  }

  /** What SEND_GRATUITOUS_ARP wants: any address on any interface. False if too many want it. */
  announceOnRequest(address: string, iface: string): boolean {
    if (this.#requested.size >= MAX_ANNOUNCEMENT_REQUESTS) return false;
    if (this.#enabled) this.#repeat(address, iface, ROUNDS);
    return true;
  }

  /** Cancels everything. */
  stop(): void {
    for (const timer of [...this.#ofAddress.values(), ...this.#requested]) timer.cancel();
    this.#ofAddress.clear();
    this.#requested.clear();
  }

  #round(entry: PublicAddress, connections: readonly Connection[], left: number): void {
    this.#ofAddress.delete(entry);
    const iface = entry.assigned;
    if (iface === undefined) return;
    this.#announce(entry.address, iface.name);
    this.#tickle(entry, connections);
    if (left === 1) return;
    const again = () => this.#round(entry, connections, left - 1);
    this.#ofAddress.set(entry, this.#host.clock.setTimer(ROUND_INTERVAL_MS, again));
  }

  #repeat(address: string, iface: string, left: number): void {
    this.#announce(address, iface);
    if (left === 1) return;
    const timer = this.#host.clock.setTimer(REQUESTED_INTERVAL_MS, () => {
      this.#requested.delete(timer);
      this.#repeat(address, iface, left - 1);
    });
    this.#requested.add(timer);
  }

  #announce(address: string, iface: string): void {
    try {
      this.#host.announcer.announce(address, iface);
    } catch (error) {
      this.#host.log.error(`announce ${address} on ${iface}: ${messageOf(error)}`);
    }
  }

  #tickle({ address }: PublicAddress, connections: readonly Connection[]): void {
    let failed = 0;
    let last: unknown;
    for (const { src, dst } of connections) {
      try {
        this.#host.announcer.tickle(dst, src);
      } catch (error) {
        failed++;
        last = error;
      }
    }
    if (failed === 0) return;
    const counts = `${failed} of ${connections.length}`;
    this.#host.log.error(`tickle clients of ${address}, ${counts}: ${messageOf(last)}`);
  }
}
