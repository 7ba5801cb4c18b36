import { RecordFlag, type RecordHeader } from "../../wire/mod.ts";
import type { RunContext } from "./run-context.ts";
import { inSlices, type Step, type StepDone } from "./step.ts";
import { deleteNow, hasReadonlyFlags, tombstone, underChain } from "./tombstone.ts";

/** What is to be done about a queued record (`records.md` 10.4). */
type Decision = "skip" | "lmaster" | "list" | "delete";

/** Looks at every queued record: deletes it, or says who must have a hand in its deletion. */
export function deleteQueueStep(run: RunContext, done: StepDone): Step {
  return inSlices(run.host, run.undecided.entries(), (entry) => one(run, entry), () => done(true));
}

function one(run: RunContext, entry: number): void {
  const { host, locks, db, store, counts, undecided } = run;
  const key = undecided.key(entry);
  const decided = underChain(host, locks, db, key, () => {
    const decision = decide(run, key, undecided.header(entry));
    if (decision === "delete" && deleteNow(db, key) === "busy") return undefined;
    return decision;
  });
  switch (decided) {
    case undefined:
      counts.busy++;
      return; // Stays undecided: the next run looks at it again.
    case "list":
      run.deleteList.push(entry);
      return; // Not decided before the other nodes have answered.
    case "lmaster":
      run.forLmaster(store.lmaster(key)).add(key);
      break;
    case "delete":
      counts.deleted++;
      break;
    case "skip":
      counts.skipped++;
  }
  undecided.delete(entry);
}

function decide(
  { db, host, store }: RunContext,
  key: Uint8Array,
  header: RecordHeader,
): Decision {
  const stored = tombstone(db, key);
  if (stored === undefined || stored.dmaster !== host.pnn) return "skip";
  // It went away and came back, so it is in use.
  if (stored.rsn !== header.rsn) return "skip";
  if (!store.isLmaster(key)) return "lmaster";
  // Nobody would call the read-only copies back any more once the record is gone.
  if (hasReadonlyFlags(stored)) return "skip";
  const flags = header.flags | stored.flags;
  return (flags & RecordFlag.MIGRATED_WITH_DATA) !== 0 ? "list" : "delete";
}
