import { CtdbError } from "../../base/mod.ts";
import { MAX_INTERFACE_NAME_BYTES } from "../../limits/mod.ts";
import {
  DISABLED_FLAGS,
  INACTIVE_FLAGS,
  parseSocketAddress,
  RunState,
  type SocketAddress,
  UNKNOWN_PNN,
} from "../../wire/mod.ts";
import type { AddressEntry, FailoverHost } from "./host.ts";
import { bestInterface, InterfaceTable, type TrackedInterface } from "./interface-table.ts";
import { TickleList } from "./tickle-list.ts";

/** Public addresses are refused for a reason that the message tells. */
export class PublicAddressError extends CtdbError {}

/** One configured address as this node sees it. */
export interface PublicAddress {
  /** Canonical text. */
  readonly address: string;
  /** The same with port 0. */
  readonly socketAddress: SocketAddress;
  readonly maskBits: number;
  /** In order of preference. */
  readonly interfaces: readonly TrackedInterface[];
  /** Where it is on this node; changed only by {@link AddressTable}. */
  assigned: TrackedInterface | undefined;
  /** This node's opinion of who hosts it; `UNKNOWN_PNN` for nobody. */
  holder: number;
  /** It goes away as soon as it is released. */
  deletionPending: boolean;
  /** An event script works on it. */
  updating: boolean;
  /** A script takes it off this node. */
  releasing: boolean;
  readonly tickles: TickleList;
}

/** What of the node the table asks. */
type AddressTableHost = Pick<
  FailoverHost,
  "pnn" | "runstate" | "nodeFlags" | "interfaceName" | "log"
>;

/** The configured addresses of this node and where they are (`failover.md` 2 and 3). */
export class AddressTable {
  readonly interfaces = new InterfaceTable();
  readonly #host: AddressTableHost;
  #addresses = new Map<string, PublicAddress>();

  constructor(host: AddressTableHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#addresses.size;
  }

  find(address: string): PublicAddress | undefined {
    return this.#addresses.get(address);
  }

  /** All addresses, the one added last first: that is the order of GET_PUBLIC_IPS. */
  list(): PublicAddress[] {
    return [...this.#addresses.values()].reverse();
  }

  /**
   * Adds an address, held by nobody.
   *
   * @throws {PublicAddressError} it is there already, or an interface does not exist
   */
  add(entry: AddressEntry): PublicAddress {
    this.check(entry);
    const { address, maskBits } = entry;
    const interfaces = entry.interfaces.map((name) => this.interfaces.track(name));
    const added: PublicAddress = {
      address,
      socketAddress: parseSocketAddress(address),
      maskBits,
      interfaces,
      assigned: undefined,
      holder: UNKNOWN_PNN,
      deletionPending: false,
      updating: false,
      releasing: false,
      tickles: new TickleList(),
    };
    this.#addresses.set(address, added);
    return added;
  }

  /** Throws what {@link add} would throw. */
  check({ address, interfaces }: AddressEntry): void {
    if (this.#addresses.has(address)) {
      throw new PublicAddressError(`add public address, there already: ${address}`);
    }
    for (const name of interfaces) {
      if (name.length > MAX_INTERFACE_NAME_BYTES || this.#host.interfaceName(name) === undefined) {
        throw new PublicAddressError(`add public address ${address}, no such interface: ${name}`);
      }
    }
  }

  /** Removes an address, and the interfaces that no other one mentions. */
  remove(removed: PublicAddress): void {
    this.unassign(removed);
    this.#addresses.delete(removed.address);
    const used = new Set([...this.#addresses.values()].flatMap(({ interfaces }) => interfaces));
    this.interfaces.keepOnly(used);
  }

  /** This node is the holder in its own opinion. */
  isHeldHere({ holder }: PublicAddress): boolean {
    return holder === this.#host.pnn;
  }

  /**
   * Takes the link from interfaces of the address that the kernel has no more: scripts would say so
   * with the next monitor event, and until then an address would be put there again and again. They
   * also say when it is back. Returns their names.
   */
  dropGoneInterfaces({ interfaces }: PublicAddress): string[] {
    const gone = interfaces.filter(({ name, linkUp }) =>
      linkUp && this.#host.interfaceName(name) === undefined
    );
    for (const tracked of gone) tracked.linkUp = false;
    return gone.map(({ name }) => name);
  }

  /** The node could host the address right now (`failover.md` 2). */
  isAvailable(entry: PublicAddress): boolean {
    const { pnn, runstate } = this.#host;
    if (runstate !== RunState.RUNNING || entry.deletionPending) return false;
    if ((this.#host.nodeFlags(pnn) & (INACTIVE_FLAGS | DISABLED_FLAGS)) !== 0) return false;
    return entry.interfaces.some(({ linkUp }) => linkUp);
  }

  /**
   * Puts the address on an interface: the one that it has, else the best one. The node counts as
   * holder from here on, before any script has run. False if no interface is up.
   */
  assign(entry: PublicAddress): boolean {
    const target = entry.assigned ?? bestInterface(entry.interfaces);
    if (target === undefined) return false;
    if (entry.assigned === undefined) this.#putOn(entry, target);
    entry.holder = this.#host.pnn;
    return true;
  }

  /** Takes the address from its interface, and the node from the role of its holder. */
  unassign(entry: PublicAddress): void {
    const { address, assigned } = entry;
    if (assigned !== undefined) {
      assigned.references--;
      this.#host.log.info(`Unassigned: ${address} (was on ${described(assigned)})`);
    }
    entry.assigned = undefined;
    if (this.isHeldHere(entry)) entry.holder = UNKNOWN_PNN;
  }

  /** Puts the address back where it was before an update that failed; nobody holds it then. */
  restore(entry: PublicAddress, before: TrackedInterface | undefined): void {
    this.unassign(entry);
    if (before !== undefined) this.#putOn(entry, before);
  }

  #putOn(entry: PublicAddress, target: TrackedInterface): void {
    target.references++;
    entry.assigned = target;
    this.#host.log.info(`Assigned: ${entry.address} (now on ${described(target)})`);
  }

  /** Remembers who hosts the address now that this node does not. */
  settle(entry: PublicAddress, holder: number): void {
    entry.holder = holder;
    this.unassign(entry);
    if (entry.deletionPending) this.remove(entry);
  }
}

/** As in the log of the next release (next.md 15). */
const described = ({ name, references }: TrackedInterface) => `${name}[refs=${references}]`;
