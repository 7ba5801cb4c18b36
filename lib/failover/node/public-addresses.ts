import { messageOf, type Timer } from "../../base/mod.ts";
import {
  type AddressInfo,
  ControlFlag,
  type Interface,
  type PublicIp,
  type PublicIpInfo,
  RecoveryMode,
  RunState,
  type SocketAddress,
  Srvid,
} from "../../wire/mod.ts";
import { addressKey } from "../address.ts";
import { AddressCheck } from "./address-check.ts";
import { AddressMoves } from "./address-moves.ts";
import { AddressReload } from "./address-reload.ts";
import { AddressTable, type PublicAddress } from "./address-table.ts";
import { Announcements } from "./announcements.ts";
import { ConnectionTracker } from "./connection-tracker.ts";
import type { ControlSender, FailoverHandlers } from "./handlers.ts";
import type { AddressEntry, FailoverHost, FailoverOptions } from "./host.ts";

const OK = 0;
const FAILED = -1;
/** GET_PUBLIC_IP_INFO: on none of the interfaces. */
const NO_INDEX = 0xffffffff;
const NO_DATA = new Uint8Array(0);

/** One public address as the status pages show it. */
export interface PublicAddressStatus {
  readonly address: string;
  readonly maskBits: number;
  /** This node's opinion of who hosts it; `UNKNOWN_PNN` for nobody. */
  readonly holder: number;
  /** The interface that it is assigned to on this node. */
  readonly interface?: string;
  readonly interfaces: readonly string[];
  readonly available: boolean;
  readonly deletionPending: boolean;
  /** An event script works on it. */
  readonly updating: boolean;
  readonly connections: number;
}

/**
 * The public addresses of one node: which there are, on which interfaces, who hosts them, and the
 * client connections to them (`failover.md`). A synchronous state machine; scripts, time, network
 * and kernel are reached through the {@link FailoverHost}.
 *
 * @example
 * ```ts ignore
 * const addresses = new PublicAddresses(host, { failoverDisabled: false, checkAddresses: true });
 * addresses.load(entries); // after the init event
 * addresses.start();
 * addresses.handlers.TAKEOVER_IP(request, sender, (status) => reply(status));
 * ```
 */
export class PublicAddresses {
  /** Handlers for the daemon's dispatch, by name of control. */
  readonly handlers: FailoverHandlers;
  readonly #host: FailoverHost;
  readonly #options: FailoverOptions;
  readonly #table: AddressTable;
  readonly #announcements: Announcements;
  readonly #moves: AddressMoves;
  readonly #connections: ConnectionTracker;
  readonly #check: AddressCheck;
  readonly #reload: AddressReload;
  #dropTimer: Timer | undefined;

  constructor(host: FailoverHost, options: FailoverOptions) {
    this.#host = host;
    this.#options = options;
    this.#table = new AddressTable(host);
    this.#announcements = new Announcements(host, options);
    this.#moves = new AddressMoves(host, this.#table, this.#announcements, options);
    this.#connections = new ConnectionTracker(host, this.#table);
    this.#check = new AddressCheck(host, this.#table);
    this.#reload = new AddressReload(host, this.#table, (entry) => this.#delete(entry));
    this.handlers = this.#makeHandlers();
  }

  /**
   * Takes the contents of the `public_addresses` file at the start of the node, in file order.
   *
   * @throws {PublicAddressError} an address is there twice or an interface does not exist
   */
  load(entries: readonly AddressEntry[]): void {
    for (const entry of entries) this.#table.add(entry);
  }

  /** Starts the periodic distribution of connection lists. */
  start(): void {
    this.#connections.start();
  }

  /** Cancels all timers. Events that run are not waited for. */
  stop(): void {
    this.#dropTimer?.cancel();
    this.#dropTimer = undefined;
    this.#announcements.stop();
    this.#connections.stop();
    this.#reload.stop();
  }

  /**
   * What is wrong with this node's addresses, as texts; empty when nothing is. To be called in each
   * pass of the recovery daemon on an active node in normal mode, while takeover runs are not
   * disabled; anything in it is a reason to broadcast TAKEOVER_RUN (`failover.md` 13).
   */
  problems(): string[] {
    const { checkAddresses, failoverDisabled } = this.#options;
    return failoverDisabled ? [] : this.#check.problems(checkAddresses);
  }

  /**
   * Releases every address that is here, one after another: the node became inactive
   * (`failover.md` 9). `done` gets the number released.
   */
  releaseAll(done: (released: number) => void = () => {}): void {
    this.#moves.releaseAll((released) => {
      if (released > 0) this.#host.log.notice(`released all public addresses: ${released}`);
      done(released);
    });
  }

  /**
   * SET_RECMODE changed the recovery mode. A node that does not get out of recovery within
   * RecoveryDropAllIPs drops its addresses; `dropTimer` is false where it drops them by itself,
   * because it became inactive.
   */
  recoveryModeSet(mode: number, { dropTimer = true }: { dropTimer?: boolean } = {}): void {
    this.#dropTimer?.cancel();
    this.#dropTimer = undefined;
    if (mode !== RecoveryMode.ACTIVE || !dropTimer) return;
    const limit_s = this.#host.tunable("RecoveryDropAllIPs");
    this.#dropTimer = this.#host.clock.setTimer(limit_s * 1000, () => {
      this.#dropTimer = undefined;
      this.#host.log.error(`release all public addresses, in recovery for ${limit_s} s`);
      this.releaseAll();
    });
  }

  /** A local client disconnected. */
  clientGone(clientId: number): void {
    this.#connections.clientGone(clientId);
  }

  /** Whether any public address may be on this interface. */
  uses(iface: string): boolean {
    return this.#table.interfaces.find(iface) !== undefined;
  }

  /** All addresses, for status pages and metrics. */
  status(): PublicAddressStatus[] {
    return this.#table.list().map((entry) => ({
      address: entry.address,
      maskBits: entry.maskBits,
      holder: entry.holder,
      ...(entry.assigned === undefined ? {} : { interface: entry.assigned.name }),
      interfaces: entry.interfaces.map(({ name }) => name),
      available: this.#table.isAvailable(entry),
      deletionPending: entry.deletionPending,
      updating: entry.updating,
      connections: entry.tickles.size,
    }));
  }

  #makeHandlers(): FailoverHandlers {
    const connections = this.#connections;
    return {
      TAKEOVER_IP: (request, _sender, respond) => this.#takeOver(request, respond),
      RELEASE_IP: ({ address, pnn }, _sender, respond) => {
        const entry = this.#table.find(addressKey(address));
        if (entry === undefined) respond(OK);
        else this.#moves.release(entry, pnn, respond);
      },
      START_IPREALLOCATE: (_request, _sender, respond) => {
        if (this.#host.runstate < RunState.RUNNING) respond(OK);
        else this.#runForAll("startipreallocate", Srvid.START_IPREALLOCATE, respond);
      },
      IPREALLOCATED: (_request, _sender, respond) => {
        this.#runForAll("ipreallocated", Srvid.IPREALLOCATED, respond);
      },
      GET_PUBLIC_IPS: (_request, { flags }, respond) => {
        const onlyAvailable = (flags & ControlFlag.PUBLIC_IP_ONLY_AVAILABLE) !== 0;
        respond(OK, this.#publicIps(onlyAvailable));
      },
      GET_PUBLIC_IP_INFO: (address, _sender, respond) => {
        const entry = this.#table.find(addressKey(address));
        if (entry === undefined) respond(FAILED);
        else respond(OK, infoOf(entry));
      },
      GET_IFACES: (_request, _sender, respond) => respond(OK, this.#table.interfaces.list()),
      SET_IFACE_LINK_STATE: (request, _sender, respond) => respond(this.#setLinkState(request)),
      ADD_PUBLIC_IP: (request, _sender, respond) => respond(this.#add(request)),
      DEL_PUBLIC_IP: ({ address }, _sender, respond) => {
        const entry = this.#table.find(addressKey(address));
        if (entry !== undefined) this.#delete(entry);
        respond(entry === undefined ? FAILED : OK);
      },
      RELOAD_PUBLIC_IPS: (_request, _sender, respond) => this.#reload.start(respond),
      SEND_GRATUITOUS_ARP: (request, _sender, respond) => respond(this.#gratuitousArp(request)),
      TCP_CLIENT: (request, sender, respond) =>
        respond(this.#ofLocalClient(sender, (id) => connections.register(id, request))),
      TCP_CLIENT_DISCONNECTED: (request, sender, respond) =>
        respond(this.#ofLocalClient(sender, (id) => connections.disconnected(id, request))),
      TCP_CLIENT_PASSED: (request, sender, respond) =>
        respond(this.#ofLocalClient(sender, (id) => connections.passedOn(id, request))),
      TCP_ADD: (request, _sender, respond) => respond(connections.add(request, "broadcast")),
      TCP_ADD_DELAYED_UPDATE: (request, _sender, respond) =>
        respond(connections.add(request, "delayed")),
      TCP_REMOVE: (request, _sender, respond) => respond(connections.remove(request)),
      SET_TCP_TICKLE_LIST: (request, _sender, respond) => respond(connections.setList(request)),
      GET_TCP_TICKLE_LIST: (address, _sender, respond) => {
        const list = connections.getList(address);
        if (typeof list === "number") respond(list);
        else respond(OK, list);
      },
      STARTUP: (_request, _sender, respond) => {
        connections.sendLists("all");
        respond(OK);
      },
    };
  }

  #takeOver({ address, pnn }: PublicIp, respond: (status: number) => void): void {
    if (pnn !== this.#host.pnn) {
      this.#host.log.outside.error(`take over ${address.address}, meant for another node: ${pnn}`);
      return respond(FAILED);
    }
    const entry = this.#table.find(addressKey(address));
    if (entry === undefined) {
      this.#host.log.info(`take over ${address.address}: no public address of this node`);
      return respond(OK);
    }
    this.#moves.takeOver(entry, respond);
  }

  /** Clients hear of the end of the event whatever came of it. */
  #runForAll(
    event: "startipreallocate" | "ipreallocated",
    srvid: bigint,
    respond: (status: number) => void,
  ): void {
    this.#host.runEvent(event, [], (status) => {
      if (status !== 0) this.#host.log.error(`event ${event}: status ${status}`);
      this.#host.sendMessage(this.#host.pnn, srvid, NO_DATA);
      respond(status);
    });
  }

  #publicIps(onlyAvailable: boolean): PublicIp[] {
    const entries = this.#table.list();
    return entries
      .filter((entry) => !onlyAvailable || this.#table.isAvailable(entry))
      .map((entry) => ({ pnn: entry.holder, address: entry.socketAddress }));
  }

  #setLinkState({ name, linkUp, references }: Interface): number {
    const tracked = this.#table.interfaces.find(name);
    if (tracked === undefined || references !== 0) {
      this.#host.log.outside.error(`set link state of interface ${name}: references ${references}`);
      return FAILED;
    }
    if (tracked.linkUp !== linkUp) {
      this.#host.log.notice(`interface ${name} is ${linkUp ? "up" : "down"}`);
      tracked.linkUp = linkUp;
    }
    return OK;
  }

  #add({ address, maskBits, interface: names }: AddressInfo): number {
    const given = (names ?? "").split(",").filter((name) => name !== "");
    const interfaces = [...new Set(given.map((name) => this.#host.interfaceName(name) ?? name))];
    try {
      this.#table.add({ address: addressKey(address), maskBits: maskBits & 0xff, interfaces });
      return OK;
    } catch (error) {
      this.#host.log.error(messageOf(error));
      return FAILED;
    }
  }

  /** An address that is here stays until a takeover run has it released. */
  #delete(entry: PublicAddress): void {
    if (this.#table.isHeldHere(entry) || entry.updating) {
      entry.deletionPending = true;
      return;
    }
    this.#announcements.cancel(entry);
    this.#table.remove(entry);
  }

  #gratuitousArp({ address, interface: iface }: AddressInfo): number {
    const accepted = this.#announcements.announceOnRequest(addressKey(address), iface ?? "");
    return accepted ? OK : FAILED;
  }

  #ofLocalClient(
    { srcnode, clientId }: ControlSender,
    action: (clientId: number) => number,
  ): number {
    return srcnode === this.#host.pnn && clientId !== 0 ? action(clientId) : FAILED;
  }
}

function infoOf(entry: PublicAddress): PublicIpInfo {
  const { assigned, holder, interfaces, socketAddress } = entry;
  const index = assigned === undefined ? -1 : interfaces.indexOf(assigned);
  const ip: { pnn: number; address: SocketAddress } = { pnn: holder, address: socketAddress };
  return { ip, activeIndex: index < 0 ? NO_INDEX : index, interfaces: interfaces.map(listed) };
}

const listed = ({ name, linkUp, references }: Interface) => ({ name, linkUp, references });
