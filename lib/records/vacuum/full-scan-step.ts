import { FULL_SCAN_BATCH_CHAINS, FULL_SCAN_BATCH_RECORDS } from "../../limits/mod.ts";
import { readRecordHeader, RECORD_HEADER_SIZE } from "../../wire/mod.ts";
import type { Database } from "../database.ts";
import { faultText } from "../errors.ts";
import type { RunContext } from "./run-context.ts";
import { inSlices, type Step, type StepDone } from "./step.ts";

/**
 * A full run: finds all empty records that this node owns, also those that no queue knows. Where they
 * lie, slice by slice: to carry them over from another process would take us longer than to look.
 */
export function fullScanStep(run: RunContext, done: StepDone): Step {
  const { host, db, store } = run;
  let fault: string | undefined;
  const scan = function* (): Generator<void> {
    try {
      yield* scanned(db, (key, value) => {
        if (value.length !== RECORD_HEADER_SIZE) return;
        const header = readRecordHeader(value);
        if (header?.dmaster !== host.pnn) return;
        // Of what another node must fetch everything is known: it is not looked up once more.
        if (store.isLmaster(key)) run.undecided.schedule(key, header);
        else run.forLmaster(store.lmaster(key)).add(key);
      });
    } catch (error) {
      fault = faultText(error);
    }
  };
  return inSlices(host, scan(), () => {}, () => {
    if (fault !== undefined) host.log.error(`vacuum, scan of ${db.name}: ${fault}`);
    done(fault === undefined);
  });
}

/** Shows all records but those in chains that somebody holds; yields after each few. */
function* scanned(
  db: Database,
  visit: (key: Uint8Array, value: Uint8Array) => void,
): Generator<void> {
  const limit = { records: FULL_SCAN_BATCH_RECORDS, chains: FULL_SCAN_BATCH_CHAINS };
  for (let chain: number | undefined = 0; chain !== undefined;) {
    const { next, busy } = db.tdb.scanInPlace(
      chain,
      limit,
      (bytes, key, data, end) => visit(bytes.subarray(key, data), bytes.subarray(data, end)),
    );
    chain = busy && next !== undefined ? next + 1 : next;
    if (chain !== undefined && chain >= db.tdb.hashSize) return;
    yield;
  }
}
