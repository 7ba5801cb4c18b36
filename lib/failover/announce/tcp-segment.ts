import { internetChecksum, pseudoHeader } from "./checksum.ts";

const TCP = 6;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const ETHERNET_HEADER = 14;

/** All segments that this program makes carry this window, by which it knows them again. */
export const OUR_WINDOW = 1234;

/** TCP flag bits. */
export const TcpFlag = { RST: 0x04, ACK: 0x10 } as const;

/** One end of a connection in bytes: 4 or 16 of address, and the port. */
export interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

/** The parts of a TCP segment that matter here. */
export interface TcpSegment {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** {@link TcpFlag} bits. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
}

/**
 * A whole IP packet with an empty TCP segment (`failover.md` 11.3): own header, TTL 255 for IPv4,
 * hop limit 64 for IPv6. Both ends must be of one family.
 */
export function tcpPacket(segment: TcpSegment): Uint8Array {
  const { source, destination } = segment;
  const ipv6 = source.address.length === 16;
  const start = ipv6 ? IPV6_HEADER : IPV4_HEADER;
  const packet = new Uint8Array(start + TCP_HEADER);
  const view = new DataView(packet.buffer);
  if (ipv6) writeIpv6Header(packet, view, source.address, destination.address);
  else writeIpv4Header(packet, view, source.address, destination.address);
  view.setUint16(start, source.port);
  view.setUint16(start + 2, destination.port);
  view.setUint32(start + 4, segment.seq);
  view.setUint32(start + 8, segment.ack);
  packet[start + 12] = (TCP_HEADER / 4) << 4;
  packet[start + 13] = segment.flags;
  view.setUint16(start + 14, segment.window);
  const pseudo = pseudoHeader(source.address, destination.address, TCP, TCP_HEADER);
  view.setUint16(start + 16, internetChecksum(pseudo, packet.subarray(start)));
  return packet;
}

function writeIpv4Header(
  packet: Uint8Array,
  view: DataView,
  source: Uint8Array,
  destination: Uint8Array,
): void {
  packet[0] = 0x45;
  view.setUint16(2, packet.length);
  packet[8] = 255;
  packet[9] = TCP;
  packet.set(source, 12);
  packet.set(destination, 16);
  view.setUint16(10, internetChecksum(packet.subarray(0, IPV4_HEADER)));
}

function writeIpv6Header(
  packet: Uint8Array,
  view: DataView,
  source: Uint8Array,
  destination: Uint8Array,
): void {
  packet[0] = 6 << 4;
  view.setUint16(4, TCP_HEADER);
  packet[6] = TCP;
  packet[7] = 64;
  packet.set(source, 8);
  packet.set(destination, 24);
}

/**
 * The TCP segment in an Ethernet frame, or `undefined` for everything else: other protocols,
 * fragments, VLAN tags, extension headers, and frames that are too short for what they claim.
 */
export function parseTcpFrame(frame: Uint8Array): TcpSegment | undefined {
  if (frame.length < ETHERNET_HEADER) return undefined;
  const type = (frame[12]! << 8) | frame[13]!;
  const packet = frame.subarray(ETHERNET_HEADER);
  if (type === 0x0800) return parseIpv4(packet);
  if (type === 0x86dd) return parseIpv6(packet);
  return undefined;
}

function parseIpv4(packet: Uint8Array): TcpSegment | undefined {
  if (packet.length < IPV4_HEADER || packet[0]! >> 4 !== 4 || packet[9] !== TCP) return undefined;
  const header = (packet[0]! & 15) * 4;
  const moreFragmentsOrOffset = ((packet[6]! << 8) | packet[7]!) & 0x3fff;
  if (header < IPV4_HEADER || moreFragmentsOrOffset !== 0) return undefined;
  return parseTcp(packet.subarray(header), packet.slice(12, 16), packet.slice(16, 20));
}

function parseIpv6(packet: Uint8Array): TcpSegment | undefined {
  if (packet.length < IPV6_HEADER || packet[0]! >> 4 !== 6 || packet[6] !== TCP) return undefined;
  return parseTcp(packet.subarray(IPV6_HEADER), packet.slice(8, 24), packet.slice(24, 40));
}

function parseTcp(
  tcp: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
): TcpSegment | undefined {
  if (tcp.length < TCP_HEADER) return undefined;
  const view = new DataView(tcp.buffer, tcp.byteOffset, tcp.length);
  return {
    source: { address: source, port: view.getUint16(0) },
    destination: { address: destination, port: view.getUint16(2) },
    seq: view.getUint32(4),
    ack: view.getUint32(8),
    flags: tcp[13]!,
    window: view.getUint16(14),
  };
}
