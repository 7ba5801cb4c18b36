import { addressBytes } from "../address.ts";

/** An address as a 128-bit number, most significant word first; IPv4 is in the last word. */
export type AddressWords = readonly [number, number, number, number];

/** The number by which addresses are sorted and compared. `address` is canonical text. */
export function addressWords(address: string): AddressWords {
  const bytes = addressBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bytes.length === 4) return [0, 0, 0, view.getUint32(0)];
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
}

/** Negative if `a` is the smaller number, 0 if they are the same. */
export function compareWords(a: AddressWords, b: AddressWords): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/**
 * LCP2's resemblance of two addresses (`failover.md` 6.4): the common prefix of each 32-bit word,
 * added up over all words. It goes on behind the first difference, unlike a common prefix length.
 */
export function distance(a: AddressWords, b: AddressWords): number {
  return Math.clz32(a[0] ^ b[0]) + Math.clz32(a[1] ^ b[1]) +
    Math.clz32(a[2] ^ b[2]) + Math.clz32(a[3] ^ b[3]);
}

/** The square of {@link distance}, which is what costs are made of. */
export function squaredDistance(a: AddressWords, b: AddressWords): number {
  const d = distance(a, b);
  return d * d;
}
