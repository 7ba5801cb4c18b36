import { MAX_RECOVERY_MESSAGE_BYTES, PULL_WINDOW_BYTES } from "../../limits/mod.ts";
import type { PlacedVisitor } from "../../tdb/mod.ts";
import { controls, RecordBufferWriter } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import { NO_DATA } from "../header.ts";
import type { RecordsHost } from "../host.ts";
import { PullSlices } from "./pull-slices.ts";

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
  let chain = 0;
  let underWay_bytes = 0;
  const slices = new PullSlices(host.clock);
  const flush = () => {
    underWay_bytes += writer.size;
    host.sendMessage(destination.pnn, destination.srvid, writer.peek());
    writer.restart();
  };
  const take: PlacedVisitor = (source, key, data, end) => {
    writer.appendPlaced(source, key, data, end);
    slices.count(end - key);
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
      const { next, busy } = slices.run((limit) => db.tdb.scanInPlace(chain, limit, take));
      if (next === undefined) {
        if (writer.count > 0) flush();
        return done(slices.records);
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
