/** The header of a 64-bit system: rsn u64, dmaster, reserved, flags, padding u32. */
export const FULL_HEADER_BYTES = 24;
/** A 32-bit system has no padding. */
export const HEADER_32_BYTES = 20;

const PADDING_OFFSET = 20;

/** What stands before the data in each value of a clustered database, little-endian. */
export interface StoredHeader {
  rsn: bigint;
  /** -1: none. */
  dmaster: number;
  flags: number;
}

/** A value, taken apart. */
export interface HeaderAndData {
  /** The value is a header and nothing else. */
  empty: boolean;
  /** All 24 bytes; what the input does not have is as in a record that no node has. */
  header: Uint8Array;
  data: Uint8Array;
}

/**
 * Separates `size` bytes of header from the data; `undefined` if the value is too short.
 *
 * A negative size is a mistake of the user that the C tool does not catch: it takes a full header
 * and lets the data begin that many bytes *before* the value, where a TDB file has the key.
 */
export function splitStoredValue(
  key: Uint8Array,
  value: Uint8Array,
  size: number,
): HeaderAndData | undefined {
  const headerBytes = size < 0 ? FULL_HEADER_BYTES : size;
  if (value.length < headerBytes) return undefined;
  const header = emptyHeader();
  header.set(value.subarray(0, headerBytes));
  const data = size < 0 ? valueFrom(key, value, -size) : value.subarray(size);
  return { empty: value.length === headerBytes, header, data };
}

/** The value of an output record, or `undefined` if there can be none of that size. */
export function joinValue(
  { header, data }: Pick<HeaderAndData, "header" | "data">,
  size: number,
): Uint8Array | undefined {
  if (size < 0) return undefined;
  const value = new Uint8Array(size + data.length);
  value.set(header.subarray(0, size));
  value.set(data, size);
  return value;
}

/** The fields of a header of 24 bytes. */
export function readStoredHeader(header: Uint8Array): StoredHeader {
  const view = viewOf(header);
  return {
    rsn: view.getBigUint64(0, true),
    dmaster: view.getInt32(8, true),
    flags: view.getUint32(16, true),
  };
}

/** Whether the last word is something that a 64-bit system never writes. */
export function hasPadding(header: Uint8Array): boolean {
  return viewOf(header).getUint32(PADDING_OFFSET, true) !== 0;
}

function emptyHeader(): Uint8Array {
  const header = new Uint8Array(FULL_HEADER_BYTES);
  viewOf(header).setInt32(8, -1, true);
  return header;
}

function valueFrom(key: Uint8Array, value: Uint8Array, before: number): Uint8Array {
  const bytes = new Uint8Array(before + value.length);
  const tail = key.subarray(Math.max(0, key.length - before));
  bytes.set(tail, before - tail.length);
  bytes.set(value, before);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
