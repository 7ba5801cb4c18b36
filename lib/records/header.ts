import { readRecordHeader, RECORD_HEADER_SIZE, type RecordHeader } from "../wire/mod.ts";

/** A record header that the rules change as they go. */
export interface MutableHeader extends RecordHeader {
  rsn: bigint;
  dmaster: number;
  flags: number;
}

/** A record as the daemon works on it, under its chain lock. */
export interface FetchedRecord {
  readonly header: MutableHeader;
  /** Without the header; to be copied by who keeps it for longer than it works on the packet. */
  readonly data: Uint8Array;
}

/** The data of a record that is only a header. */
export const NO_DATA: Uint8Array = new Uint8Array(0);

/** Splits a stored value; `undefined` when it is too short to count as a record. */
export function splitValue(value: Uint8Array): FetchedRecord | undefined {
  // Whoever reads a header gets one of his own.
  const header = readRecordHeader(value) as MutableHeader | undefined;
  if (header === undefined) return undefined;
  return { header, data: value.subarray(RECORD_HEADER_SIZE) };
}
