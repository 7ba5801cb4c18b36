import { MAX_TRAVERSE_QUEUE_RECORDS, SHORTEST_TRAVERSE_LIMIT_MS } from "../limits/mod.ts";
import {
  decode,
  marshalledRecord,
  readRecordHeader,
  recordData,
  type RecordHeader,
} from "../wire/mod.ts";
import type { ClusterClient, ControlOptions } from "./cluster-client.ts";
import { ConnectionError, DatabaseError } from "./errors.ts";
import { Mailbox } from "./mailbox.ts";

/** A record as a walk over a database sees it. */
export interface DatabaseRecord {
  /** What it is called. */
  readonly key: Uint8Array;
  /** What the daemons keep about it. */
  readonly header: RecordHeader;
  /** Empty for a deleted record that is still known. */
  readonly value: Uint8Array;
}

/** How a database is walked over. */
export interface TraverseOptions {
  /** Deliver deleted records of volatile databases, too. */
  readonly withEmptyRecords?: boolean;
  /** Ends the walk with an error. */
  readonly signal?: AbortSignal;
}

/** A connection whose end can be seen. */
export type TraversingClient = ClusterClient & { readonly ended: Promise<void> };

let walks = 0;

/**
 * All records of a database, from all nodes, in the order in which they arrive (`records.md` 12).
 * There is no snapshot: a record that moves meanwhile may be missed or seen twice.
 *
 * A daemon ends a walk that takes longer than its tunable TraverseTimeout as if it were complete, and
 * only counts that. Throws {@link DatabaseError} then, after the records that have come.
 */
export async function* traverse(
  client: TraversingClient,
  dbId: number,
  options: TraverseOptions = {},
): AsyncGenerator<DatabaseRecord, void, undefined> {
  const { signal } = options;
  const reqid = ++walks;
  // The client library's range of srvids, and one of its own for each walk.
  const srvid = 0xbe00_0000_0000_0000n + (BigInt(reqid & 0xffff) << 32n) + BigInt(Deno.pid);
  const arrived = new Mailbox<DatabaseRecord>("Traverse, records", MAX_TRAVERSE_QUEUE_RECORDS);
  const unsubscribe = await client.subscribe(srvid, (data) => takeRecord(arrived, data, reqid));
  client.ended.then(() => arrived.fail(new ConnectionError("Traverse: the daemon has ended")));
  let finished = false;
  try {
    const withEmptyRecords = options.withEmptyRecords ?? false;
    const request = { dbId, reqid, srvid, withEmptyRecords };
    const control = signal === undefined ? {} : { signal };
    const before = await countTimeouts(client, control);
    const started_ms = performance.now();
    await client.control(client.pnn, "TRAVERSE_START_EXT", request, control);
    for (;;) {
      const record = await arrived.next(signal);
      if (record === undefined) break;
      yield record;
    }
    finished = true;
    // The time alone says nothing: a reader may have been slow.
    if (performance.now() - started_ms < SHORTEST_TRAVERSE_LIMIT_MS) return;
    if (await countTimeouts(client, control) > before) {
      throw new DatabaseError("Traverse: ended by TraverseTimeout: records are missing");
    }
  } finally {
    unsubscribe();
    if (!finished) stop(client, dbId, reqid, srvid);
  }
}

/** How many walks the daemon has ended because they took too long. */
async function countTimeouts(client: ClusterClient, options: ControlOptions): Promise<number> {
  const { timeouts } = await client.control(client.pnn, "STATISTICS", undefined, options);
  return timeouts.traverse;
}

/** Nobody listens any more: the workers of all nodes may stop. */
function stop(client: ClusterClient, dbId: number, reqid: number, srvid: bigint): void {
  try {
    client.controlNoReply(client.pnn, "TRAVERSE_KILL", { dbId, reqid, srvid });
  } catch (error) {
    // A connection that has ended has ended its walks.
    if (!(error instanceof ConnectionError)) throw error;
  }
}

/** Takes the records of one walk out of its messages, up to the end marker. */
function takeRecord(arrived: Mailbox<DatabaseRecord>, data: Uint8Array, reqid: number): void {
  try {
    const record = decode(marshalledRecord, data);
    if (record.reqid !== reqid) return;
    if (record.key.length === 0 && record.data.length === 0) return arrived.end();
    const header = readRecordHeader(record.data);
    // A value without a whole header is no record.
    if (header === undefined) return;
    arrived.push({ key: record.key, header, value: recordData(record.data) });
  } catch (error) {
    arrived.fail(error as Error);
  }
}
