import { MAX_RELEASE_REQUESTS } from "../../limits/mod.ts";
import { encode, messages, RecoveryMode, Srvid, UNKNOWN_PNN } from "../../wire/mod.ts";
import type { AddressTable, PublicAddress } from "./address-table.ts";
import type { Announcements } from "./announcements.ts";
import type { FailoverHost, FailoverOptions } from "./host.ts";
import { bestInterface, type TrackedInterface } from "./interface-table.ts";

/** Stands in scripts' arguments where there is no interface. */
const NO_INTERFACE = "__none__";
/** What an event that ran out of time reports, of either sign. */
const ETIMEDOUT = 110;
const FAILED = -1;

/** Gets the status of an operation, 0 for success, exactly once. */
export type Done = (status: number) => void;

/** Takes and releases addresses on this node by running event scripts (`failover.md` 7 to 9). */
export class AddressMoves {
  readonly #host: FailoverHost;
  readonly #table: AddressTable;
  readonly #announcements: Announcements;
  readonly #failoverDisabled: boolean;
  readonly #looksAtKernel: boolean;
  /** Who waits for the end of a release that is under way. */
  readonly #releasing = new Map<PublicAddress, (() => void)[]>();

  constructor(
    host: FailoverHost,
    table: AddressTable,
    announcements: Announcements,
    { failoverDisabled, checkAddresses }: FailoverOptions,
  ) {
    this.#host = host;
    this.#table = table;
    this.#announcements = announcements;
    this.#failoverDisabled = failoverDisabled;
    this.#looksAtKernel = checkAddresses && !failoverDisabled;
  }

  /** TAKEOVER_IP (`failover.md` 7), for an address that is known here. */
  takeOver(entry: PublicAddress, done: Done): void {
    const host = this.#host;
    this.#dropGoneInterfaces(entry);
    const present = this.#looksAtKernel && host.localAddresses().has(entry.address);
    const best = bestInterface(entry.interfaces);
    if (best === undefined) {
      host.log.error(`take over ${entry.address}, no interface is up: ${namesOf(entry)}`);
      return done(FAILED);
    }
    const heldElsewhere = entry.holder !== UNKNOWN_PNN && !this.#table.isHeldHere(entry);
    if (present && heldElsewhere) {
      host.banSelf(`public address ${entry.address} is here, but held by node ${entry.holder}`);
      return done(FAILED);
    }
    const update = (present && entry.holder === UNKNOWN_PNN) || wantsOtherInterface(entry, best);
    if (present && !update) return done(0);
    if (entry.updating) {
      host.log.notice(`take over ${entry.address}: another change of it is under way`);
      return done(FAILED);
    }
    if (present) return this.#updateIp(entry, done);
    if (update) this.#table.unassign(entry);
    this.#takeIp(entry, done);
  }

  /**
   * RELEASE_IP (`failover.md` 8), for an address that is known here; `holder` will have it. A node
   * that has just become inactive may be releasing it by itself: then the end of that is the
   * answer, where "busy" would make the takeover run fail and its retry wait.
   */
  release(entry: PublicAddress, holder: number, done: Done): void {
    const waiting = this.#releasing.get(entry);
    if (waiting !== undefined && waiting.length < MAX_RELEASE_REQUESTS) {
      waiting.push(() => this.release(entry, holder, done));
      return;
    }
    this.#announcements.cancel(entry);
    if (!this.#isHosted(entry)) {
      this.#table.settle(entry, holder);
      return done(0);
    }
    if (entry.updating) {
      this.#host.log.notice(`release ${entry.address}: another change of it is under way`);
      return done(FAILED);
    }
    this.#releaseIp(entry, (_status, gone) => {
      if (gone) this.#released(entry, holder);
      else this.#host.log.error(`release ${entry.address}: it is still on an interface`);
      done(gone ? 0 : FAILED);
    });
  }

  /**
   * Releases every address that is here, all at once, so that their events are run together; calls
   * `done` with the number of those that were. What fails stays, and the address check finds it.
   */
  releaseAll(done: (released: number) => void): void {
    const entries = this.#failoverDisabled ? [] : this.#table.list();
    const leaving = entries.filter((entry) => this.#mustBeReleased(entry));
    if (leaving.length === 0) return done(0);
    let released = 0;
    let left = leaving.length;
    for (const entry of leaving) {
      this.#releaseIp(entry, (status, gone) => {
        if (status === 0 && gone) {
          this.#released(entry, UNKNOWN_PNN);
          released++;
        } else this.#host.log.error(`release ${entry.address}: status ${status}`);
        if (--left === 0) done(released);
      });
    }
  }

  /** Settles an address that is not here; true for one that is, and that no event works on. */
  #mustBeReleased(entry: PublicAddress): boolean {
    if (this.#table.find(entry.address) !== entry || entry.updating) return false;
    this.#announcements.cancel(entry);
    if (this.#isHosted(entry)) return true;
    this.#table.settle(entry, entry.holder);
    return false;
  }

  #takeIp(entry: PublicAddress, done: Done): void {
    const host = this.#host;
    this.#table.assign(entry);
    // From here on the claim stays, whatever happens: the address check sees that the address is
    // missing and asks for another run.
    if (this.#inRecovery(entry)) return done(FAILED);
    const iface = entry.assigned?.name ?? NO_INTERFACE;
    host.log.notice(`take over ${entry.address}/${entry.maskBits} on ${iface}`);
    this.#run("takeip", entry, [iface], (status) => {
      if (status !== 0) {
        const failure = `take over on ${iface}: event status ${status}`;
        host.log.happened({ kind: "address-failed", address: entry.address, failure });
        host.log.error(`take over ${entry.address} on ${iface}: event status ${status}`);
        if (!this.#dropGoneInterfaces(entry).includes(iface)) return done(status);
        // The script could not help it; there may be another interface.
        this.#table.unassign(entry);
        return this.takeOver(entry, done);
      }
      host.log.happened({ kind: "address-taken", address: entry.address, interface: iface });
      this.#announcements.start(entry, this.#takeTickles(entry));
      this.#tellClients(Srvid.TAKE_IP, entry);
      done(0);
    });
  }

  #dropGoneInterfaces(entry: PublicAddress): string[] {
    const gone = this.#looksAtKernel ? this.#table.dropGoneInterfaces(entry) : [];
    for (const name of gone) {
      this.#host.log.error(`interface ${name} of ${entry.address} is gone: it counts as down`);
    }
    return gone;
  }

  /** The clients are told now, and register again: what they had here is of no more use. */
  #takeTickles({ tickles }: PublicAddress) {
    tickles.changed = true;
    return tickles.take();
  }

  #updateIp(entry: PublicAddress, done: Done): void {
    if (this.#inRecovery(entry)) return done(FAILED);
    const before = entry.assigned;
    this.#table.unassign(entry);
    this.#table.assign(entry);
    const after = entry.assigned;
    if (after === undefined || after === before) return done(after === undefined ? FAILED : 0);
    const from = before?.name ?? NO_INTERFACE;
    this.#host.log.notice(`update ${entry.address}: from ${from} to ${after.name}`);
    this.#run("updateip", entry, [from, after.name], (status) => {
      if (status !== 0) {
        this.#host.log.error(`update ${entry.address} to ${after.name}: event status ${status}`);
        this.#table.restore(entry, before);
      }
      done(status);
    });
  }

  #releaseIp(entry: PublicAddress, done: (status: number, gone: boolean) => void): void {
    const iface = entry.assigned?.name ?? NO_INTERFACE;
    this.#host.log.notice(`release ${entry.address}/${entry.maskBits} on ${iface}`);
    const waiting: (() => void)[] = [];
    this.#releasing.set(entry, waiting);
    entry.releasing = true;
    this.#run("releaseip", entry, [iface], (status) => {
      this.#releasing.delete(entry);
      entry.releasing = false;
      // Scripts behind the one that removes the address may fail: what counts is what the kernel has.
      const gone = !this.#looksAtKernel || !this.#host.localAddresses().has(entry.address);
      done(status, gone);
      for (const retry of waiting) retry();
    });
  }

  #released(entry: PublicAddress, holder: number): void {
    const { address } = entry;
    const to = holder === UNKNOWN_PNN ? null : holder;
    this.#host.log.happened({ kind: "address-released", address, to });
    this.#tellClients(Srvid.RELEASE_IP, entry);
    this.#table.settle(entry, holder);
  }

  #run(
    event: "takeip" | "updateip" | "releaseip",
    entry: PublicAddress,
    interfaces: readonly string[],
    done: Done,
  ): void {
    entry.updating = true;
    const args = [...interfaces, entry.address, String(entry.maskBits)];
    this.#host.runEvent(event, args, (status) => {
      entry.updating = false;
      const forgiven = Math.abs(status) === ETIMEDOUT && event !== "updateip";
      if (forgiven) this.#host.log.error(`event ${event} ${args.join(" ")}: timed out`);
      done(forgiven ? 0 : status);
    });
  }

  /** Addresses are not taken, or moved between interfaces, while the databases are not usable. */
  #inRecovery(entry: PublicAddress): boolean {
    if (this.#host.recoveryMode === RecoveryMode.NORMAL) return false;
    this.#host.log.error(`take over ${entry.address}: the node is in recovery`);
    return true;
  }

  /** Whether there is something to release: on an interface, or where nobody looks, assigned. */
  #isHosted(entry: PublicAddress): boolean {
    if (!this.#looksAtKernel) return entry.assigned !== undefined;
    return this.#host.localAddresses().has(entry.address);
  }

  #tellClients(srvid: bigint, { address }: PublicAddress): void {
    const name = srvid === Srvid.TAKE_IP ? "TAKE_IP" : "RELEASE_IP";
    this.#host.log.info(`Sending ${name} message [${address}]`);
    this.#host.sendMessage(this.#host.pnn, srvid, encode(messages.TAKE_IP, address));
  }
}

/** The assigned interface is down, or has at least two addresses more than the best one. */
function wantsOtherInterface({ assigned }: PublicAddress, best: TrackedInterface): boolean {
  if (assigned === undefined || assigned === best) return false;
  return !assigned.linkUp || assigned.references > best.references + 1;
}

const namesOf = ({ interfaces }: PublicAddress) => interfaces.map(({ name }) => name).join();
