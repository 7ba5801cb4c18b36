import { MAX_DELETE_LIST_RECORDS } from "../../limits/mod.ts";
import { controls, decode, recordBuffer, RecordBufferWriter, recordValue } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import { NO_DATA } from "../header.ts";
import type { ControlOutcome } from "../host.ts";
import { keyText } from "../key-text.ts";
import type { RunContext } from "./run-context.ts";
import { inSlices, NO_STEP, type Step, type StepDone } from "./step.ts";
import { deleteNow, hasReadonlyFlags, tombstone, underChain } from "./tombstone.ts";

/**
 * Deletes records of which other nodes may have copies: first there, then here (`records.md` 10.5).
 * Were the tombstone gone first, the next recovery would take an old copy for the record.
 */
export function deleteListStep(run: RunContext, done: StepDone): Step {
  const step = new DeleteListStep(run, done);
  step.next();
  return step;
}

class DeleteListStep implements Step {
  readonly #run: RunContext;
  readonly #done: StepDone;
  #at = 0;
  #current = NO_STEP;

  constructor(run: RunContext, done: StepDone) {
    this.#run = run;
    this.#done = done;
  }

  cancel(): void {
    this.#current.cancel();
  }

  /** The next part of the list. */
  next(): void {
    const { deleteList, host } = this.#run;
    const part = deleteList.slice(this.#at, this.#at + MAX_DELETE_LIST_RECORDS);
    this.#at += part.length;
    if (part.length === 0) return this.#done(true);
    const others = host.activeNodes().filter((pnn) => pnn !== host.pnn);
    this.#ask(part, others, new Set());
  }

  /** One node after the other; `refused` collects what any of them keeps. */
  #ask(part: readonly number[], nodes: readonly number[], refused: Set<string>): void {
    const { host, db } = this.#run;
    const [pnn, ...rest] = nodes;
    if (pnn === undefined) return this.#deleteHere(part, refused);
    const { opcode } = controls.TRY_DELETE_RECORDS;
    this.#current = host.sendControl(pnn, opcode, this.#request(part), {}, (outcome) => {
      if (this.#answered(outcome, refused)) return this.#ask(part, rest, refused);
      host.log.error(
        `vacuum of ${db.name}, delete at node ${pnn}: ${outcome.status} ${outcome.error}`,
      );
      this.#done(false);
    });
  }

  #request(part: readonly number[]): Uint8Array {
    const { db, undecided } = this.#run;
    const writer = new RecordBufferWriter(db.id);
    for (const entry of part) {
      writer.append(undecided.key(entry), recordValue(undecided.header(entry), NO_DATA));
    }
    return writer.finish();
  }

  /** Whether the answer is one. */
  #answered({ status, data }: ControlOutcome, refused: Set<string>): boolean {
    if (status !== 0) return false;
    try {
      for (const { key } of decode(recordBuffer, data).records) refused.add(keyText(key));
      return true;
    } catch (error) {
      this.#run.host.log.error(`answer to TRY_DELETE_RECORDS: ${faultText(error)}`);
      return false;
    }
  }

  #deleteHere(part: readonly number[], refused: ReadonlySet<string>): void {
    const { host } = this.#run;
    this.#current = inSlices(host, part, (entry) => {
      if (refused.has(keyText(this.#run.undecided.key(entry)))) {
        // As when nothing is known of it: the next full run finds it.
        this.#run.counts.refused++;
        this.#run.undecided.delete(entry);
      } else {
        this.#deleteOne(entry);
      }
    }, () => this.next());
  }

  #deleteOne(entry: number): void {
    const { host, locks, db, store, counts, undecided } = this.#run;
    const key = undecided.key(entry);
    const header = undecided.header(entry);
    const outcome = underChain(host, locks, db, key, () => {
      const stored = tombstone(db, key);
      const unchanged = stored !== undefined && stored.dmaster === host.pnn &&
        stored.rsn === header.rsn && !hasReadonlyFlags(stored) && store.isLmaster(key);
      return unchanged ? deleteNow(db, key) : "skipped";
    });
    if (outcome === undefined || outcome === "busy") {
      counts.busy++;
      return;
    }
    counts[outcome]++;
    undecided.delete(entry);
  }
}
