/** The Internet checksum (RFC 1071) over several pieces, each of even length except the last. */
export function internetChecksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i += 2) sum += (piece[i]! << 8) | (piece[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * What TCP and ICMPv6 have in their checksum besides themselves: both addresses, the length and
 * the protocol number. The lengths of the addresses decide between IPv4 and IPv6.
 */
export function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const n = source.length;
  const header = new Uint8Array(2 * n + (n === 4 ? 4 : 8));
  header.set(source, 0);
  header.set(destination, n);
  const view = new DataView(header.buffer);
  if (n === 4) {
    header[9] = protocol;
    view.setUint16(10, length);
  } else {
    view.setUint32(32, length);
    header[39] = protocol;
  }
  return header;
}
