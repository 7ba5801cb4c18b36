/**
 * Single numbers in bytes, for the hot path: no view is made for a frame. A `DataView` costs more than
 * all the fields that are read through it.
 */

/** The u32 at `at`, which must lie within `bytes`. */
export function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>>
    0;
}

/** The i32 at `at`, which must lie within `bytes`. */
export function i32At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/**
 * Where 64 bits become a BigInt and back. A view of the bytes themselves would have to be made for
 * each memory that they lie in, and takes small arrays out of V8's heap.
 */
const halves = new Uint32Array(2);
const whole = new BigUint64Array(halves.buffer);

/** The u64 at `at`, which must lie within `bytes`. */
export function u64At(bytes: Uint8Array, at: number): bigint {
  halves[0] = u32At(bytes, at);
  halves[1] = u32At(bytes, at + 4);
  return whole[0]!;
}

/** Writes a u32; `value` must be one. */
export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Writes a u64; `value` must be one. */
export function putU64(bytes: Uint8Array, at: number, value: bigint): void {
  whole[0] = value;
  putU32(bytes, at, halves[0]!);
  putU32(bytes, at + 4, halves[1]!);
}
