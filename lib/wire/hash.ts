import { UNKNOWN_PNN } from "./numbers.ts";
import { encodeText, putPlainText } from "./primitives.ts";

/**
 * The hash that places records on nodes and names databases: Jenkins' lookup3 with initial value
 * 0 over the raw key (wire.md 7.2), which is [start, end) of `key`, all of it unless given.
 * Allocates nothing.
 */
export function hashKey(key: Uint8Array, start = 0, end: number = key.byteLength): number {
  let left = end - start;
  let a = (0xdeadbeef + left) | 0;
  let b = a;
  let c = a;
  let i = start;
  for (; left > 12; left -= 12, i += 12) {
    a = (a + word(key, i)) | 0;
    b = (b + word(key, i + 4)) | 0;
    c = (c + word(key, i + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0; // only the empty key
  a = (a + tailWord(key, i, end)) | 0;
  b = (b + tailWord(key, i + 4, end)) | 0;
  c = (c + tailWord(key, i + 8, end)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** The name of a database with its NUL, while it is hashed. */
const shortName = new Uint8Array(128);

/** The id of a database: the hash of its name with the NUL (wire.md 7.2). */
export function databaseId(name: string): number {
  const length = name.length < shortName.length ? putPlainText(name, shortName) : -1;
  if (length >= 0) {
    shortName[length] = 0;
    return hashKey(shortName, 0, length + 1);
  }
  const text = encodeText(name);
  const withNul = new Uint8Array(text.byteLength + 1);
  withNul.set(text);
  return hashKey(withNul);
}

/**
 * The pnn of the node that knows where `key` is: the slot of the vnn map that its hash falls on.
 * {@link UNKNOWN_PNN} for an empty map.
 */
export function lmasterOf(map: readonly number[], key: Uint8Array): number {
  return map[hashKey(key) % map.length] ?? UNKNOWN_PNN;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(bytes: Uint8Array, i: number): number {
  return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
}

/** As {@link word}; what lies past the end counts as zero. */
function tailWord(bytes: Uint8Array, i: number, end: number): number {
  if (i + 4 <= end) return word(bytes, i);
  let value = 0;
  for (let n = end - 1; n >= i; n--) value = (value << 8) | bytes[n]!;
  return value;
}
