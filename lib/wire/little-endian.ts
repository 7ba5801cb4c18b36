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

let memory: ArrayBufferLike | undefined;
let memoryView: DataView;

/** A view of all the memory that `bytes` lies in. Frames come from few memories, one after the other. */
function viewOf(bytes: Uint8Array): DataView {
  const { buffer } = bytes;
  if (buffer !== memory) {
    memory = buffer;
    memoryView = new DataView(buffer);
  }
  return memoryView;
}

/** The u64 at `at`. Throws a RangeError when that lies outside of the memory. */
export function u64At(bytes: Uint8Array, at: number): bigint {
  return viewOf(bytes).getBigUint64(bytes.byteOffset + at, true);
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
  viewOf(bytes).setBigUint64(bytes.byteOffset + at, value, true);
}
