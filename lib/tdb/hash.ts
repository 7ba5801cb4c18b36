/*
 * The two functions by which a TDB file spreads keys over its chains. Both were checked against
 * files that libtdb wrote.
 */

/** Bob Jenkins' lookup3 `hashlittle` with initial value 0 (`wire.md` 7.2): INCOMPATIBLE_HASH files. */
export function jenkinsHash(key: Uint8Array): number {
  let a = (0xdeadbeef + key.length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; key.length - at > 12; at += 12) {
    a = (a + word(key, at)) | 0;
    b = (b + word(key, at + 4)) | 0;
    c = (c + word(key, at + 8)) | 0;
    [a, c] = [((a - c) ^ rotate(c, 4)) | 0, (c + b) | 0];
    [b, a] = [((b - a) ^ rotate(a, 6)) | 0, (a + c) | 0];
    [c, b] = [((c - b) ^ rotate(b, 8)) | 0, (b + a) | 0];
    [a, c] = [((a - c) ^ rotate(c, 16)) | 0, (c + b) | 0];
    [b, a] = [((b - a) ^ rotate(a, 19)) | 0, (a + c) | 0];
    [c, b] = [((c - b) ^ rotate(b, 4)) | 0, (b + a) | 0];
  }
  if (key.length === 0) return c >>> 0;
  a = (a + word(key, at)) | 0;
  b = (b + word(key, at + 4)) | 0;
  c = (c + word(key, at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

/** The hash of gdbm without its mask to 31 bits: files without INCOMPATIBLE_HASH. */
export function gdbmHash(key: Uint8Array): number {
  let value = Math.imul(0x238f13af, key.length);
  for (let i = 0; i < key.length; i++) value = (value + (key[i]! << ((i * 5) % 24))) | 0;
  return (Math.imul(1103515243, value) + 12345) >>> 0;
}

/** The little-endian word at `at`, zero-extended past the end of the key. */
function word(key: Uint8Array, at: number): number {
  return (key[at] ?? 0) | ((key[at + 1] ?? 0) << 8) | ((key[at + 2] ?? 0) << 16) |
    ((key[at + 3] ?? 0) << 24);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
