import { hashKey } from "../wire/mod.ts";
import { TdbFlag } from "./flags.ts";

/**
 * The chain that a TDB file with `hashSize` chains keeps `key` in: by the protocol's own hash when
 * the file was made with INCOMPATIBLE_HASH, else by the older one. Checked against files that libtdb
 * wrote.
 */
export function chainOf(key: Uint8Array, hashSize: number, flags: number): number {
  return tdbHash(key, flags) % hashSize;
}

/** The hash that such a file has of a key: [start, end) of `key`, all of it unless given. */
export function tdbHash(
  key: Uint8Array,
  flags: number,
  start = 0,
  end: number = key.length,
): number {
  return flags & TdbFlag.INCOMPATIBLE_HASH ? hashKey(key, start, end) : gdbmHash(key, start, end);
}

/** The hash of gdbm without its mask to 31 bits. */
function gdbmHash(key: Uint8Array, start: number, end: number): number {
  let value = Math.imul(0x238f13af, end - start);
  for (let i = start; i < end; i++) value = (value + (key[i]! << (((i - start) * 5) % 24))) | 0;
  return (Math.imul(1103515243, value) + 12345) >>> 0;
}
