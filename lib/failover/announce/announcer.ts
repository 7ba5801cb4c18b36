import type { Logger } from "../../base/mod.ts";
import type { SocketAddress } from "../../wire/mod.ts";
import { addressBytes, addressKey } from "../address.ts";
import type { Announcer } from "../node/host.ts";
import { InterfaceError, RawSocketError } from "./errors.ts";
import { announcementPackets, LinkType } from "./link-frames.ts";
import { RawSocket } from "./raw-socket.ts";
import { type Endpoint, OUR_WINDOW, TcpFlag, tcpPacket } from "./tcp-segment.ts";

const IFF_UP = 0x1;
const IFF_BROADCAST = 0x2;
const IFF_LOOPBACK = 0x8;
const IFF_NOARP = 0x80;

/**
 * The real announcer, over raw sockets. Where the process may not open them (no CAP_NET_RAW) it
 * says so once and then does nothing: clients find a moved address later, but they find it.
 */
export class RawAnnouncer implements Announcer {
  readonly #log: Logger;
  readonly #sockets = new Map<"link" | 4 | 6, RawSocket>();
  #refused = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  announce(address: string, iface: string): void {
    const socket = this.#socket("link");
    if (socket === undefined) return;
    const link = RawSocket.findLink(iface);
    if (link === undefined || link.address.length === 0 || link.broadcast.length === 0) {
      throw new InterfaceError(`announce ${address} on interface ${iface}: not found`);
    }
    const { flags, type } = link;
    const canTell = (flags & IFF_UP) !== 0 && (flags & IFF_BROADCAST) !== 0 &&
      (flags & (IFF_LOOPBACK | IFF_NOARP)) === 0;
    if (!canTell) {
      this.#log.debug(`not announcing ${address} on ${iface}: down, or without ARP`);
      return;
    }
    if (type !== LinkType.ETHERNET && type !== LinkType.INFINIBAND) {
      throw new InterfaceError(
        `announce on interface ${iface}, neither Ethernet nor InfiniBand: type ${type}`,
      );
    }
    for (const packet of announcementPackets(link, addressBytes(address))) {
      socket.sendLinkPacket(packet, link.index);
    }
  }

  tickle(from: SocketAddress, to: SocketAddress, reset = false): void {
    const source = toEndpoint(from);
    const destination = toEndpoint(to);
    if (source.address.length !== destination.address.length) {
      throw new InterfaceError(`tickle between address families: ${from.address} ${to.address}`);
    }
    const flags = TcpFlag.ACK | (reset ? TcpFlag.RST : 0);
    const segment = { source, destination, flags, seq: 0, ack: 0, window: OUR_WINDOW };
    const socket = this.#socket(destination.address.length === 4 ? 4 : 6);
    socket?.sendPacket(tcpPacket(segment), destination.address);
  }

  /** Closes the sockets; later calls would open them again. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #socket(kind: "link" | 4 | 6): RawSocket | undefined {
    if (this.#refused) return undefined;
    const open = this.#sockets.get(kind);
    if (open !== undefined) return open;
    try {
      const socket = kind === "link" ? RawSocket.link() : RawSocket.ip(kind);
      this.#sockets.set(kind, socket);
      return socket;
    } catch (error) {
      if (!(error instanceof RawSocketError && error.notPermitted)) throw error;
      this.#refused = true;
      this.#log.warning(
        `moved addresses are not announced and connections not tickled, CAP_NET_RAW is missing: ` +
          error.message,
      );
      return undefined;
    }
  }
}

/** Address (IPv4-mapped as IPv4) and port in bytes, as packets have them. */
export function toEndpoint(address: SocketAddress): Endpoint {
  return { address: addressBytes(addressKey(address)), port: address.port };
}
