import type { Timer } from "../../base/mod.ts";
import type { Database } from "../database.ts";
import { DeleteQueue } from "../delete-queue.ts";
import { announceStep } from "./announce-step.ts";
import { deleteListStep } from "./delete-list-step.ts";
import { deleteQueueStep } from "./delete-queue-step.ts";
import { fetchStep } from "./fetch-step.ts";
import { fullScanStep } from "./full-scan-step.ts";
import { repackStep } from "./repack-step.ts";
import { RunContext, type VacuumParts } from "./run-context.ts";
import { NO_STEP, type Step, type StepDone } from "./step.ts";

/** How a run ended. */
export type RunEnd = "ok" | "failed" | "killed";

const FAST = [fetchStep, deleteQueueStep, announceStep, deleteListStep, repackStep];
const FULL = [fullScanStep, ...FAST];

/**
 * One vacuum run (`records.md` 10.3): step after step, each of them in small slices or in another
 * process. Steps come also after one that failed.
 */
export class VacuumRun {
  readonly db: Database;
  readonly #context: RunContext;
  readonly #ended: (end: RunEnd) => void;
  readonly #steps: ((run: RunContext, done: StepDone) => Step)[];
  readonly #startedAt_ms: number;
  readonly #timer: Timer;
  #current: Step = NO_STEP;
  #ok = true;
  #over = false;

  /** `ended` comes once, in a later turn unless the run is killed. */
  constructor(parts: VacuumParts, db: Database, full: boolean, ended: (end: RunEnd) => void) {
    const { host } = parts;
    this.db = db;
    this.#context = new RunContext(parts, db);
    this.#ended = ended;
    this.#steps = full ? [...FULL] : [...FAST];
    this.#startedAt_ms = host.clock.now();
    const limit_ms = host.tunable("VacuumMaxRunTime") * 1000;
    this.#timer = host.setTimer(limit_ms, () => this.kill("takes too long"));
    host.defer(() => this.#next());
  }

  /** Stops the run where it is. */
  kill(reason: string): void {
    if (this.#over) return;
    this.#context.host.log.notice(`vacuum of ${this.db.name} stopped: ${reason}`);
    this.#current.cancel();
    this.#end("killed");
  }

  #next(): void {
    if (this.#over) return;
    const { host } = this.#context;
    const step = this.#steps.shift();
    if (step === undefined) return this.#end(this.#ok ? "ok" : "failed");
    this.#current = step(this.#context, (ok) => {
      this.#ok &&= ok;
      // Later, so that the step is known before its end.
      host.defer(() => this.#next());
    });
  }

  #end(end: RunEnd): void {
    const { host, counts, undecided } = this.#context;
    this.#over = true;
    this.#timer.cancel();
    this.db.deleteQueue = DeleteQueue.joined(undecided, this.db.deleteQueue);
    const seconds = (host.clock.now() - this.#startedAt_ms) / 1000;
    this.db.tally.vacuum.add(seconds);
    const line = `vacuum of ${this.db.name}: ${end} in ${seconds.toFixed(3)} s`;
    const did = describe(counts);
    if (did === "") host.log.debug(line);
    else host.log.info(`${line}, ${did}`);
    this.#ended(end);
  }
}

function describe(counts: object): string {
  return Object.entries(counts).filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`).join(", ");
}
