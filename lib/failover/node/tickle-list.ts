import { MAX_ADDRESS_TCP_CONNECTIONS } from "../../limits/mod.ts";
import { type Connection, formatSocketAddress, unmapIpv4 } from "../../wire/mod.ts";

/** The client connections to one public address (`failover.md` 11): a set, in order of arrival. */
export class TickleList {
  #connections = new Map<string, Connection>();
  /** The other nodes have not got this list yet. */
  changed = false;

  get size(): number {
    return this.#connections.size;
  }

  /** All connections; with a port other than 0, those to that port of the server. */
  list(port = 0): Connection[] {
    const all = [...this.#connections.values()];
    return port === 0 ? all : all.filter(({ dst }) => dst.port === port);
  }

  /** False if the list is full. A connection that is there already is no change. */
  add(connection: Connection): boolean {
    const key = connectionKey(connection);
    if (this.#connections.has(key)) return true;
    if (this.#connections.size >= MAX_ADDRESS_TCP_CONNECTIONS) return false;
    this.#connections.set(key, connection);
    return true;
  }

  /** Whether the connection was there. */
  remove(connection: Connection): boolean {
    return this.#connections.delete(connectionKey(connection));
  }

  /** The list as its holder sent it. */
  replace(connections: readonly Connection[]): void {
    this.#connections.clear();
    for (const connection of connections) this.add(canonicalConnection(connection));
  }

  /** Empties the list and hands out what was in it. */
  take(): Connection[] {
    const taken = this.list();
    this.#connections = new Map();
    return taken;
  }
}

/** Equal texts mean equal connections. */
export function connectionKey({ src, dst }: Connection): string {
  return `${formatSocketAddress(src)} ${formatSocketAddress(dst)}`;
}

/** IPv4-mapped ends as IPv4, which is how connections are compared and kept. */
export function canonicalConnection({ src, dst }: Connection): Connection {
  return { src: unmapIpv4(src), dst: unmapIpv4(dst) };
}
