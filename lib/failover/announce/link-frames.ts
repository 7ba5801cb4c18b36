import { internetChecksum, pseudoHeader } from "./checksum.ts";

/** Frames are padded to this length (`failover.md` 10). */
const MIN_FRAME = 64;

const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const FLAG_OVERRIDE = 0x20;
const OPTION_TARGET_LINK_LAYER = 2;

const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
const NOT_KNOWN = new Uint8Array(6);
const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/**
 * The Ethernet frames that tell the neighbours where an address is now (`failover.md` 10): an ARP
 * request and a reply for IPv4, one unsolicited neighbour advertisement for IPv6.
 */
export function announcementFrames(mac: Uint8Array, address: Uint8Array): Uint8Array[] {
  if (address.length === 16) return [neighbourAdvertisement(mac, address)];
  return [arp(ARP_REQUEST, mac, address, NOT_KNOWN), arp(ARP_REPLY, mac, address, mac)];
}

function ethernet(destination: Uint8Array, source: Uint8Array, type: number, payload: number) {
  const frame = new Uint8Array(Math.max(MIN_FRAME, 14 + payload));
  frame.set(destination, 0);
  frame.set(source, 6);
  const view = new DataView(frame.buffer);
  view.setUint16(12, type);
  return { frame, view };
}

function arp(operation: number, mac: Uint8Array, address: Uint8Array, target: Uint8Array) {
  const { frame, view } = ethernet(BROADCAST, mac, ETHERTYPE_ARP, 28);
  view.setUint16(14, 1); // Ethernet
  view.setUint16(16, 0x0800); // IPv4
  frame[18] = 6;
  frame[19] = 4;
  view.setUint16(20, operation);
  frame.set(mac, 22);
  frame.set(address, 28);
  frame.set(target, 32);
  frame.set(address, 38);
  return frame;
}

function neighbourAdvertisement(mac: Uint8Array, address: Uint8Array): Uint8Array {
  const length = 32; // 24 bytes of advertisement, 8 of the option
  const { frame, view } = ethernet(ALL_NODES_MAC, mac, ETHERTYPE_IPV6, 40 + length);
  view.setUint8(14, 6 << 4);
  view.setUint16(18, length);
  frame[20] = ICMPV6;
  frame[21] = 255; // receivers drop it when a router could have touched it
  frame.set(address, 22);
  frame.set(ALL_NODES, 38);
  frame[54] = NEIGHBOUR_ADVERTISEMENT;
  frame[58] = FLAG_OVERRIDE;
  frame.set(address, 62);
  frame[78] = OPTION_TARGET_LINK_LAYER;
  frame[79] = 1; // in units of 8 bytes
  frame.set(mac, 80);
  const body = frame.subarray(54, 54 + length);
  view.setUint16(56, internetChecksum(pseudoHeader(address, ALL_NODES, ICMPV6, length), body));
  return frame;
}
