import type { Database } from "../../../lib/records/mod.ts";
import { tableKey } from "../../../lib/tdb/memory-records.ts";
import { readRecordHeader, RECORD_HEADER_SIZE, SEQNUM_KEY } from "../../../lib/wire/mod.ts";
import type { Machine } from "./machine.ts";

/** One record of a snapshot. */
export interface CopiedRecord {
  readonly rsn: bigint;
  /** Data without header, one character per byte. */
  readonly data: string;
}

/** The records of a database file at one moment, by key text. */
export type Content = ReadonlyMap<string, CopiedRecord>;

/** Copies what everybody sees in a node's file. */
export function contentOf(machine: Machine, db: Database): Content {
  const content = new Map<string, CopiedRecord>();
  const table = machine.disk.file(db.path)?.table;
  if (table === undefined) return content;
  for (const { key, value } of table.records()) {
    const header = readRecordHeader(value);
    if (header === undefined) continue;
    const data = tableKey(value.subarray(RECORD_HEADER_SIZE));
    content.set(tableKey(key), { rsn: header.rsn, data });
  }
  return content;
}

/** The number of the last transaction in a persistent database. */
export function seqnumIn(content: Content): bigint {
  const data = content.get(tableKey(SEQNUM_KEY))?.data;
  return data?.length === 8 ? numberIn(data) : 0n;
}

/** A number of the workloads: 8 bytes, little endian; 0 when there is none. */
export function numberIn(data: string | undefined): bigint {
  if (data?.length !== 8) return 0n;
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(data.charCodeAt(i));
  return value;
}

/** The records that have data, as one text to compare. */
export function fingerprint(content: Content): string {
  return [...content]
    .filter(([, { data }]) => data !== "")
    .map(([key, { data }]) => `${key}=${data}`)
    .sort()
    .join("\n");
}
