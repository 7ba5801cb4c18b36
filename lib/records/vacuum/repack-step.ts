import { faultText } from "../errors.ts";
import type { RunContext } from "./run-context.ts";
import { NO_STEP, type Step, type StepDone } from "./step.ts";

/** Rewrites the file if deleting has made too many holes (`records.md` 10.7). */
export function repackStep(run: RunContext, done: StepDone): Step {
  const { host, storage, db } = run;
  const limit = host.tunable("RepackLimit");
  if (limit === 0 || !hasHoles(run, limit)) {
    done(true);
    return NO_STEP;
  }
  return storage.repack(db.file, limit, (outcome) => {
    if (!outcome.ok) host.log.error(`vacuum, repack of ${db.name}: ${outcome.reason}`);
    done(outcome.ok);
  });
}

/** Whether it is worth a process; also when that cannot be seen now: the process looks again. */
function hasHoles({ host, db }: RunContext, limit: number): boolean {
  try {
    if (!db.tdb.tryFreelistLock()) return true;
    try {
      return db.tdb.freelistSize() >= limit;
    } finally {
      db.tdb.freelistUnlock();
    }
  } catch (error) {
    host.log.error(`vacuum, free list of ${db.name}: ${faultText(error)}`);
    return true;
  }
}
