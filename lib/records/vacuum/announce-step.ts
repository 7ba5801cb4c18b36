import { MAX_ANNOUNCED_KEYS } from "../../limits/mod.ts";
import { controls, RecordBufferWriter } from "../../wire/mod.ts";
import { NO_DATA } from "../header.ts";
import type { RunContext } from "./run-context.ts";
import { NO_STEP, type Step, type StepDone } from "./step.ts";

/** Asks the lmasters of records that this node may not delete to pull them (`records.md` 10.3). */
export function announceStep(run: RunContext, done: StepDone): Step {
  const messages = buffers(run);
  let control = NO_STEP;
  const next = () => {
    const message = messages.next();
    if (message.done) return done(true);
    const { pnn, data } = message.value;
    const { opcode } = controls.VACUUM_FETCH;
    control = run.host.sendControl(pnn, opcode, data, {}, ({ status, error }) => {
      if (status !== 0) {
        // The next full run tries again.
        run.host.log.error(`vacuum of ${run.db.name}, fetch by node ${pnn}: ${status} ${error}`);
      }
      next();
    });
  };
  next();
  return { cancel: () => control.cancel() };
}

function* buffers(
  { db, elsewhere }: RunContext,
): Generator<{ pnn: number; data: Uint8Array }, void> {
  const writer = new RecordBufferWriter(db.id);
  for (const [pnn, queue] of elsewhere) {
    for (const key of queue.keys()) {
      writer.append(key, NO_DATA);
      if (writer.count === MAX_ANNOUNCED_KEYS) yield { pnn, data: writer.finish() };
    }
    if (writer.count > 0) yield { pnn, data: writer.finish() };
  }
}
