import { RecordBufferWriter } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";

/** How much is read in one turn of the loop. */
const SLICE = { records: 1000, chains: 20_000 };

/**
 * Sends all records of a frozen database to the node that recovers, in messages of at least
 * RecBufferSizeLimit bytes (`records.md` 13.4). `done` gets their number after the last message, or
 * `undefined` when the database could not be read to the end.
 */
export function pull(
  host: RecordsHost,
  db: Database,
  destination: { readonly pnn: number; readonly srvid: bigint },
  done: (count: number | undefined) => void,
): void {
  const limit = host.tunable("RecBufferSizeLimit");
  const writer = new RecordBufferWriter(db.id);
  let count = 0;
  let chain = 0;
  const flush = () => host.sendMessage(destination.pnn, destination.srvid, writer.finish());
  const slice = () => {
    if (db.freeze !== "frozen" || db.detached) return done(undefined);
    try {
      const { next, busy } = db.tdb.scan(chain, SLICE, (key, value) => {
        writer.append(key, value);
        count++;
        if (writer.size >= limit) flush();
      });
      if (next === undefined) {
        if (writer.count > 0) flush();
        return done(count);
      }
      chain = next;
      // Only a reader that came while the lock was lent to the worker can be in the way.
      if (busy) return void host.setTimer(1, slice);
    } catch (error) {
      host.log.error(`pull ${db.name}: ${faultText(error)}`);
      return done(undefined);
    }
    host.defer(slice);
  };
  slice();
}
