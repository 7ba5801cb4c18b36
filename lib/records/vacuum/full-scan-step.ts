import { readRecordHeader } from "../../wire/mod.ts";
import { DeleteQueue } from "../delete-queue.ts";
import type { RunContext } from "./run-context.ts";
import type { Step, StepDone } from "./step.ts";

/** A full run: finds all empty records that this node owns, also those that no queue knows. */
export function fullScanStep(run: RunContext, done: StepDone): Step {
  const { host, storage, db } = run;
  const found = new DeleteQueue();
  for (const entry of run.undecided) found.putBack(entry);
  return storage.traverse(db.file, { dmaster: host.pnn, content: "empty", skipBusy: true }, {
    batch: (records, more) => {
      for (const [key, value] of records) {
        const header = readRecordHeader(value);
        if (header !== undefined) found.schedule(key, header);
      }
      host.defer(more);
    },
    done: (outcome) => {
      if (!outcome.ok) host.log.error(`vacuum, scan of ${db.name}: ${outcome.reason}`);
      run.undecided.clear();
      for (const entry of found.takeAll()) run.undecided.add(entry);
      done(outcome.ok);
    },
  });
}
