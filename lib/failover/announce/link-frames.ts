import { internetChecksum, pseudoHeader } from "./checksum.ts";
import { InterfaceError } from "./errors.ts";

/** Kinds of interfaces, as the kernel numbers them. */
export const LinkType = { ETHERNET: 1, INFINIBAND: 32, LOOPBACK: 772 } as const;

const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const FLAG_OVERRIDE = 0x20;
const OPTION_TARGET_LINK_LAYER = 2;
const INFINIBAND_LENGTH = 20;

const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** The interface that packets go out on. */
export interface AnnouncingLink {
  /** A value of {@link LinkType}. */
  readonly type: number;
  readonly address: Uint8Array;
  readonly broadcast: Uint8Array;
}

/** A packet without its link header, which the kernel makes. */
export interface LinkPacket {
  readonly ethertype: number;
  /** Link address. */
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * The packets that tell the neighbours where an address is now (`next.md` 11): an ARP request and a
 * reply for IPv4, one unsolicited neighbour advertisement for IPv6.
 *
 * @throws {InterfaceError} the interface is neither Ethernet nor IP over InfiniBand
 */
export function announcementPackets(link: AnnouncingLink, address: Uint8Array): LinkPacket[] {
  if (address.length === 16) return [neighbourAdvertisement(link, address)];
  const nobody = new Uint8Array(link.address.length);
  return [
    arp(link, ARP_REQUEST, address, nobody),
    arp(link, ARP_REPLY, address, link.address),
  ];
}

function arp(
  { type, address: own, broadcast }: AnnouncingLink,
  operation: number,
  address: Uint8Array,
  target: Uint8Array,
): LinkPacket {
  const { length } = own;
  const payload = new Uint8Array(8 + 2 * (length + 4));
  const view = new DataView(payload.buffer);
  view.setUint16(0, type);
  view.setUint16(2, ETHERTYPE_IPV4);
  payload[4] = length;
  payload[5] = 4;
  view.setUint16(6, operation);
  payload.set(own, 8);
  payload.set(address, 8 + length);
  payload.set(target, 12 + length);
  payload.set(address, 12 + 2 * length);
  return { ethertype: ETHERTYPE_ARP, destination: broadcast, payload };
}

function neighbourAdvertisement(link: AnnouncingLink, address: Uint8Array): LinkPacket {
  const own = link.address;
  // The option is a multiple of 8 bytes; the zeros stand in front of the address.
  const option = (2 + own.length + 7) & ~7;
  const length = 24 + option;
  const payload = new Uint8Array(40 + length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, 6 << 4);
  view.setUint16(4, length);
  payload[6] = ICMPV6;
  payload[7] = 255; // receivers drop it when a router could have touched it
  payload.set(address, 8);
  payload.set(ALL_NODES, 24);
  payload[40] = NEIGHBOUR_ADVERTISEMENT;
  payload[44] = FLAG_OVERRIDE;
  payload.set(address, 48);
  payload[64] = OPTION_TARGET_LINK_LAYER;
  payload[65] = option / 8;
  payload.set(own, payload.length - own.length);
  const body = payload.subarray(40);
  view.setUint16(42, internetChecksum(pseudoHeader(address, ALL_NODES, ICMPV6, length), body));
  return { ethertype: ETHERTYPE_IPV6, destination: allNodes(link), payload };
}

/** The link address of all IPv6 nodes of a link. */
function allNodes({ type, broadcast }: AnnouncingLink): Uint8Array {
  if (type === LinkType.ETHERNET) return ALL_NODES_MAC;
  if (type !== LinkType.INFINIBAND || broadcast.length !== INFINIBAND_LENGTH) {
    throw new InterfaceError(`multicast on a link of type ${type}, ${broadcast.length} bytes`);
  }
  const destination = broadcast.slice();
  destination[6] = 0x60; // the signature of IPv6 instead of that of IPv4
  destination.set([0, 0, 0, 1], 16);
  return destination;
}
