import {
  MAX_RECOVERY_MESSAGE_BYTES,
  PULL_SLICE_BYTES,
  PULL_SLICE_CHAINS,
  PULL_SLICE_RECORDS,
  PULL_WINDOW_BYTES,
} from "../../limits/mod.ts";
import { controls, RecordBufferWriter } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsHost } from "../host.ts";

const FIRST_RECORDS = 8;
const FEWEST_RECORDS = 4;

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
  const flush = () => {
    underWay_bytes += writer.size;
    host.sendMessage(destination.pnn, destination.srvid, writer.peek());
    writer.restart();
  };
  // Frames stay in order: the answer to a ping says that all before it has arrived.
  const whenTaken = (more: () => void) =>
    host.sendControl(destination.pnn, controls.PING.opcode, NO_DATA, {}, ({ status }) => {
      underWay_bytes = 0;
      if (status >= 0) return more();
      host.log.error(`pull ${db.name}: node ${destination.pnn} does not take it`);
      done(undefined);
    });
  const slice = () => {
    if (db.freeze !== "frozen" || db.detached) return done(undefined);
    try {
      const { next, busy } = db.tdb.scanInPlace(chain, limitAt(count, bytes), (key, value) => {
        writer.append(key, value);
        count++;
        bytes += key.length + value.length;
        if (writer.size >= limit) flush();
      });
      if (next === undefined) {
        if (writer.count > 0) flush();
        return done(count);
      }
      chain = next;
      // Only a reader that came while the lock was lent to the worker can be in the way.
      if (busy) return void host.setTimer(1, slice);
      if (underWay_bytes >= PULL_WINDOW_BYTES) return void whenTaken(slice);
    } catch (error) {
      host.log.error(`pull ${db.name}: ${faultText(error)}`);
      return done(undefined);
    }
    host.slice(slice);
  };
  host.slice(slice);
}

/** What the next slice may have, by what the records have been like so far. */
function limitAt(count: number, bytes: number): { records: number; chains: number } {
  const fitting = count === 0
    ? FIRST_RECORDS
    : Math.floor(PULL_SLICE_BYTES * count / Math.max(1, bytes));
  const records = Math.min(PULL_SLICE_RECORDS, Math.max(FEWEST_RECORDS, fitting));
  return { records, chains: PULL_SLICE_CHAINS };
}
