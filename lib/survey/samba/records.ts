import { traverse, type TraversingClient } from "../../client/mod.ts";
import { isMarkerKey, isUnreadable } from "../../samba/mod.ts";
import { databaseId, type RecordHeader } from "../../wire/mod.ts";
import type { DatabaseRecord } from "../../client/mod.ts";

/** How the databases of Samba are read. */
export interface SambaQuestions {
  readonly client: TraversingClient;
  /** How long one answer is waited for. */
  readonly timeout_ms: number;
  readonly signal?: AbortSignal;
}

/** A record that is in no layout that this program knows. */
export interface NotUnderstood {
  readonly database: string;
  /** The key in hex digits. Never the value: it may be secret. */
  readonly key: string;
  readonly reason: string;
}

/** What was read of one database. */
export interface ReadDatabase<T> {
  /** Whether the database is attached: without, no smbd has run since the cluster started. */
  readonly attached: boolean;
  readonly found: readonly T[];
  readonly notUnderstood: readonly NotUnderstood[];
}

type Decode<T> = (key: Uint8Array, value: Uint8Array, header: RecordHeader) => T | undefined;

/**
 * All records of one database of Samba's, decoded. A record that moves while it is read may come
 * twice: the copy with the higher sequence number counts.
 */
export async function readDatabase<T>(
  questions: SambaQuestions,
  database: string,
  decode: Decode<T>,
): Promise<ReadDatabase<T>> {
  const { client, timeout_ms, signal } = questions;
  const id = databaseId(database);
  const options = signal === undefined ? {} : { signal };
  const map = await client.control(client.pnn, "GET_DBMAP", undefined, { timeout_ms, ...options });
  if (!map.some(({ dbId }) => dbId === id)) {
    return { attached: false, found: [], notUnderstood: [] };
  }
  const newest = new Map<string, DatabaseRecord>();
  for await (const record of traverse(client, id, options)) {
    const key = record.key.toHex();
    const known = newest.get(key);
    if (known === undefined || known.header.rsn < record.header.rsn) newest.set(key, record);
  }
  const found: T[] = [];
  const notUnderstood: NotUnderstood[] = [];
  for (const [hex, { key, value, header }] of newest) {
    if (value.length === 0 || isMarkerKey(key)) continue;
    try {
      const decoded = decode(key, value, header);
      if (decoded !== undefined) found.push(decoded);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      notUnderstood.push({ database, key: hex, reason: error.message });
    }
  }
  return { attached: true, found, notUnderstood };
}
