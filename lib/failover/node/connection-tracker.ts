import type { Timer } from "../../base/mod.ts";
import { MAX_CLIENT_TCP_CONNECTIONS } from "../../limits/mod.ts";
import {
  type AddressTickles as TickleMessage,
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  type Connection,
  type ControlRequest,
  controls,
  encodeControlRequest,
  formatSocketAddress,
  type LiveControlName,
  type SocketAddress,
} from "../../wire/mod.ts";
import { addressKey } from "../address.ts";
import type { AddressTable, PublicAddress } from "./address-table.ts";
import type { FailoverHost } from "./host.ts";
import { canonicalConnection, connectionKey } from "./tickle-list.ts";

const OK = 0;
const FAILED = -1;
/** What tickle list controls answer for an address that is not public. */
const STATUS_NOT_PUBLIC = 1;

/** Who has which connection to a public address, here and on all nodes (`failover.md` 11). */
export class ConnectionTracker {
  readonly #host: FailoverHost;
  readonly #table: AddressTable;
  readonly #ofClient = new Map<number, Map<string, Connection>>();
  #timer: Timer | undefined;

  constructor(host: FailoverHost, table: AddressTable) {
    this.#host = host;
    this.#table = table;
  }

  /** Sends changed lists every TickleUpdateInterval from now on. */
  start(): void {
    const interval_ms = Math.max(1, this.#host.tunable("TickleUpdateInterval")) * 1000;
    this.#timer = this.#host.clock.setTimer(interval_ms, () => {
      this.sendLists("changed");
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** TCP_CLIENT: a local client has this connection. */
  register(clientId: number, given: Connection): number {
    if (this.#table.size === 0) return OK;
    const connection = canonicalConnection(given);
    const entry = this.#entryOf(connection);
    const text = () => `register connection ${connectionKey(connection)}`;
    if (entry === undefined) {
      this.#host.log.info(`${text()}: not to a public address`);
      return OK;
    }
    if (!this.#table.isHeldHere(entry)) {
      this.#host.log.outside.error(`${text()}: its address is hosted by node ${entry.holder}`);
      return FAILED;
    }
    const own = this.#ofClient.get(clientId) ?? new Map<string, Connection>();
    if (own.size >= MAX_CLIENT_TCP_CONNECTIONS) {
      this.#host.log.outside.error(`${text()}: client has too many: ${own.size}`);
      return FAILED;
    }
    this.#ofClient.set(clientId, own.set(connectionKey(connection), connection));
    this.#broadcast(BROADCAST_CONNECTED, "TCP_ADD", connection);
    return OK;
  }

  /**
   * TCP_CLIENT_DISCONNECTED: the client's connection is over. All nodes forget it, unless that is
   * because its address leaves this node: the next holder has to tickle it (`next.md` 10.1).
   */
  disconnected(clientId: number, given: Connection): number {
    const connection = canonicalConnection(given);
    if (!this.#forget(clientId, connection)) return OK;
    const entry = this.#entryOf(connection);
    const leaves = entry !== undefined && (entry.releasing || !this.#table.isHeldHere(entry));
    if (!leaves) this.#broadcast(BROADCAST_CONNECTED, "TCP_REMOVE", connection);
    return OK;
  }

  /** TCP_CLIENT_PASSED: another process has the connection now; it stays in the list. */
  passedOn(clientId: number, given: Connection): number {
    this.#forget(clientId, canonicalConnection(given));
    return OK;
  }

  /**
   * A client has gone. Its connections leave the list, except for those to an address that has
   * moved away: the new holder needs them.
   */
  clientGone(clientId: number): void {
    const own = this.#ofClient.get(clientId);
    this.#ofClient.delete(clientId);
    for (const connection of own?.values() ?? []) {
      const entry = this.#entryOf(connection);
      if (entry === undefined || !this.#table.isHeldHere(entry)) continue;
      if (entry.tickles.remove(connection)) entry.tickles.changed = true;
    }
  }

  /** TCP_ADD, which all nodes get, and TCP_ADD_DELAYED_UPDATE, which only this node gets. */
  add(given: Connection, distribution: "broadcast" | "delayed"): number {
    const connection = canonicalConnection(given);
    const entry = this.#entryOf(connection);
    if (entry === undefined) return FAILED;
    if (connection.src.family !== connection.dst.family) {
      const key = connectionKey(connection);
      this.#host.log.outside.error(`connection of two address families refused: ${key}`);
      return FAILED;
    }
    if (!entry.tickles.add(connection)) {
      this.#host.log.outside.warning(
        `connection to ${entry.address}, list full: ${entry.tickles.size}`,
      );
      return FAILED;
    }
    if (distribution === "delayed") entry.tickles.changed = true;
    return OK;
  }

  /** TCP_REMOVE. */
  remove(given: Connection): number {
    const connection = canonicalConnection(given);
    const tickles = this.#entryOf(connection)?.tickles;
    if (tickles?.remove(connection)) tickles.changed = true;
    return OK;
  }

  /** SET_TCP_TICKLE_LIST: the list as the holder of the address has it. */
  setList({ address, connections }: TickleMessage): number {
    const entry = this.#table.find(addressKey(address));
    if (entry === undefined) return STATUS_NOT_PUBLIC;
    if (!this.#table.isHeldHere(entry)) entry.tickles.replace(connections);
    return OK;
  }

  /** GET_TCP_TICKLE_LIST: a port other than 0 selects connections to that port. */
  getList(address: SocketAddress): TickleMessage | typeof STATUS_NOT_PUBLIC {
    const entry = this.#table.find(addressKey(address));
    if (entry === undefined) return STATUS_NOT_PUBLIC;
    return { address: entry.socketAddress, connections: entry.tickles.list(address.port) };
  }

  /** Sends the lists of the addresses held here to all nodes: all of them, or those that changed. */
  sendLists(which: "all" | "changed"): void {
    for (const entry of this.#table.list()) {
      if (!this.#table.isHeldHere(entry)) continue;
      if (which === "changed" && !entry.tickles.changed) continue;
      const { socketAddress: address, tickles } = entry;
      this.#broadcast(BROADCAST_ALL, "SET_TCP_TICKLE_LIST", {
        address,
        connections: tickles.list(),
      });
      tickles.changed = false;
    }
  }

  #entryOf({ dst }: Connection): PublicAddress | undefined {
    return this.#table.find(dst.address);
  }

  #forget(clientId: number, connection: Connection): boolean {
    const own = this.#ofClient.get(clientId);
    const had = own?.delete(connectionKey(connection)) ?? false;
    if (own?.size === 0) this.#ofClient.delete(clientId);
    if (!had) {
      this.#host.log.debug(
        `forget connection from ${formatSocketAddress(connection.src)}: unknown`,
      );
    }
    return had;
  }

  #broadcast<N extends LiveControlName>(
    destination: number,
    name: N,
    request: ControlRequest<N>,
  ): void {
    const { data } = encodeControlRequest(name, request);
    this.#host.broadcastControl(destination, controls[name].opcode, data);
  }
}
