import {
  MAX_RECOVERY_MESSAGE_BYTES,
  PULL_SLICE_BYTES,
  PULL_SLICE_CHAINS,
  PULL_SLICE_RECORDS,
  PULL_WINDOW_BYTES,
  RECOVERY_SLICE_MS,
} from "../../limits/mod.ts";
import type { PlacedVisitor } from "../../tdb/mod.ts";
import { controls, RecordBufferWriter } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsHost } from "../host.ts";

const FIRST_RECORDS = 8;
const FEWEST_RECORDS = 4;
/** Of a slice's bounds: the first slices read what is not in memory, with code that has not run yet. */
const FIRST_PART = 1 / 16;
const LEAST_PART = 1 / 64;
/** A slice that took less than this of its time can be twice as large. */
const QUICK = 1 / 4;

/**
 * Sends all records of a frozen database to the node that recovers, in messages that are sent when
 * they have RecBufferSizeLimit bytes (`records.md` 13.4) or our own limit, no faster than that node takes them: a large database
 * on a slow link must not pile up in memory. `done` gets their number after the last message, or
 * `undefined` when the database could not be read to the end.
 */
export function pull(
  host: RecordsHost,
  db: Database,
  destination: { readonly pnn: number; readonly srvid: bigint },
  done: (count: number | undefined) => void,
): void {
  const limit = Math.min(host.tunable("RecBufferSizeLimit"), MAX_RECOVERY_MESSAGE_BYTES);
  const writer = new RecordBufferWriter(db.id);
  let count = 0;
  let bytes = 0;
  let chain = 0;
  let underWay_bytes = 0;
  let part = FIRST_PART;
  const flush = () => {
    underWay_bytes += writer.size;
    host.sendMessage(destination.pnn, destination.srvid, writer.peek());
    writer.restart();
  };
  const take: PlacedVisitor = (source, key, data, end) => {
    writer.appendPlaced(source, key, data, end);
    count++;
    bytes += end - key;
    if (writer.size >= limit) flush();
  };
  const goOn = (taken: boolean) => {
    underWay_bytes = 0;
    if (taken) slice();
    else done(undefined);
  };
  const slice = () => {
    if (db.freeze !== "frozen" || db.detached) return done(undefined);
    try {
      const begun_ms = host.clock.now();
      const { next, busy } = db.tdb.scanInPlace(chain, limitAt(count, bytes, part), take);
      part = partAfter(part, host.clock.now() - begun_ms);
      if (next === undefined) {
        if (writer.count > 0) flush();
        return done(count);
      }
      chain = next;
      // Only a reader that came while the lock was lent to the worker can be in the way.
      if (busy) return void host.setTimer(1, slice);
      if (underWay_bytes >= PULL_WINDOW_BYTES) return whenTaken(host, db, destination.pnn, goOn);
    } catch (error) {
      host.log.error(`pull ${db.name}: ${faultText(error)}`);
      return done(undefined);
    }
    host.slice(slice);
  };
  host.slice(slice);
}

/** Waits until a node has taken what it was sent: frames stay in order, and it answers a ping. */
function whenTaken(
  host: RecordsHost,
  db: Database,
  pnn: number,
  then: (taken: boolean) => void,
): void {
  host.sendControl(pnn, controls.PING.opcode, NO_DATA, {}, ({ status }) => {
    if (status < 0) host.log.error(`pull ${db.name}: node ${pnn} does not take it`);
    then(status >= 0);
  });
}

/** What the next slice may have, by what the records and the slices have been like so far. */
function limitAt(count: number, bytes: number, part: number): { records: number; chains: number } {
  const fitting = count === 0 ? FIRST_RECORDS : Math.floor(
    Math.min(PULL_SLICE_RECORDS, PULL_SLICE_BYTES * count / Math.max(1, bytes)) * part,
  );
  return {
    records: Math.max(FEWEST_RECORDS, fitting),
    chains: Math.ceil(PULL_SLICE_CHAINS * part),
  };
}

/** The part of its bounds that the next slice has, after one that took `time_ms`. */
function partAfter(part: number, time_ms: number): number {
  if (time_ms > RECOVERY_SLICE_MS) return Math.max(LEAST_PART, part / 2);
  return time_ms < RECOVERY_SLICE_MS * QUICK ? Math.min(1, part * 2) : part;
}
