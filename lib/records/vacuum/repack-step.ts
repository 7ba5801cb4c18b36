import type { RunContext } from "./run-context.ts";
import { NO_STEP, type Step, type StepDone } from "./step.ts";

/** Rewrites the file if deleting has made too many holes (`records.md` 10.7). */
export function repackStep({ host, storage, db }: RunContext, done: StepDone): Step {
  const limit = host.tunable("RepackLimit");
  if (limit === 0) {
    done(true);
    return NO_STEP;
  }
  return storage.repack(db.file, limit, (outcome) => {
    if (!outcome.ok) host.log.error(`vacuum, repack of ${db.name}: ${outcome.reason}`);
    done(outcome.ok);
  });
}
