import { Errno } from "../base/mod.ts";
import type { Clock, Timer } from "../base/mod.ts";
import { setDeadline } from "./deadline.ts";
import type { ScriptEntry, ScriptLauncher, ScriptListing } from "./launcher.ts";
import { logOutput, outputText, type ScriptLog } from "./script-log.ts";
import { isGoodResult, replyOfSummary } from "./script-result.ts";
import { ScriptTask } from "./script-task.ts";

/** What is stored about one script of one run. */
export interface ScriptStatus {
  readonly name: string;
  /** Microseconds since the epoch; 0 for a script that was never reached. */
  readonly begin_us: bigint;
  readonly end_us: bigint;
  /** 0 success, positive an exit code, negative an error number (events.md A.4). */
  readonly result: number;
  /** What it wrote to stdout and stderr; bytes that are no UTF-8 are U+FFFD. */
  readonly output: string;
}

/** What one run of an event came to. */
export interface RunOutcome {
  /** The reply: 0 or a positive error number. */
  readonly result: number;
  /** What STATUS shows from now on; absent if nothing is to be stored. */
  readonly record?: EventRecord;
}

/** The stored status of an event: its last completed run. */
export interface EventRecord {
  /** The result of the failing script, 0 if none failed. */
  readonly summary: number;
  readonly scripts: readonly ScriptStatus[];
}

/** One event that was accepted, with the moment at which its time is over. */
export interface AcceptedEvent {
  readonly component: string;
  readonly event: string;
  /** The words behind the event name. */
  readonly args: readonly string[];
  /** On the monotonic clock; waiting in the queue counts (events.md A.3). */
  readonly deadline_ms: number;
  /** Go on after a failing script. */
  readonly runAll: boolean;
  /** A monitor event that pushes nothing aside: how long it may take once it has begun. */
  readonly patient_ms?: number;
}

/** What a run needs from around it. */
export interface EventRunContext {
  readonly clock: Clock;
  readonly launcher: ScriptLauncher;
  readonly scriptLog: ScriptLog;
  /** Hears of every run whose status is stored. */
  readonly onRecord: (event: AcceptedEvent, record: EventRecord) => void;
  /** Takes over a script that ran past the deadline. */
  readonly adoptHung: (event: AcceptedEvent, task: ScriptTask) => void;
}

/**
 * Runs the scripts of one event, one after another, under one deadline.
 *
 * Ends in exactly one of two ways: `done` is called once with the outcome, or {@link cancel} was
 * called and `done` never is.
 */
export class EventRun {
  readonly event: AcceptedEvent;
  readonly #context: EventRunContext;
  readonly #done: (outcome: RunOutcome) => void;
  #finished = false;
  #scripts: readonly ScriptEntry[] = [];
  #statuses: ScriptStatus[] = [];
  #summary = 0;
  #task: ScriptTask | undefined;
  #timer: Timer | undefined;

  constructor(event: AcceptedEvent, context: EventRunContext, done: (outcome: RunOutcome) => void) {
    this.event = event;
    this.#context = context;
    this.#done = done;
  }

  /** Reads the list of scripts anew and begins with the first. */
  start(): void {
    this.#context.launcher.list(this.event.component, (listing) => {
      if (!this.#finished) this.#listed(listing);
    });
  }

  /** Kills the current script with its process group; nothing is reported or stored. */
  cancel(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#timer?.cancel();
    if (this.#task === undefined) return;
    this.#task.onEnd = undefined;
    this.#task.signal("SIGKILL");
  }

  #listed(listing: ScriptListing): void {
    if ("errno" in listing) {
      this.#finished = true;
      this.#done({ result: listing.errno });
      return;
    }
    this.#scripts = listing.scripts;
    this.#continue();
  }

  /** Goes on with the script behind the last one that has a status. */
  #continue(): void {
    while (true) {
      const script = this.#scripts[this.#statuses.length];
      const stopped = this.#summary !== 0 && !this.event.runAll;
      if (script === undefined || stopped) return this.#finish();
      if (script.enabled) return this.#launch(script.name);
      const now_us = this.#context.clock.wallTime();
      this.#record(script.name, now_us, -Errno.ENOEXEC, "");
    }
  }

  #launch(name: string): void {
    const { clock, launcher } = this.#context;
    const { component, event, args, deadline_ms } = this.event;
    const begin_us = clock.wallTime();
    const task = new ScriptTask(
      name,
      (observer) => launcher.launchScript(component, name, [event, ...args], observer),
    );
    this.#task = task;
    // Begun too late it has timed out, however soon its end is noticed.
    const late = clock.now() >= deadline_ms;
    task.onEnd = (result) => {
      this.#scriptEnded(task, begin_us, late ? -Errno.ETIMEDOUT : result);
    };
    this.#timer = setDeadline(clock, deadline_ms, () => this.#timedOut(task, begin_us));
  }

  #scriptEnded(task: ScriptTask, begin_us: bigint, result: number): void {
    this.#timer?.cancel();
    this.#settle(task, begin_us, result);
  }

  /** The event ends at once; the script goes on under somebody else's eyes (events.md A.5). */
  #timedOut(task: ScriptTask, begin_us: bigint): void {
    task.onEnd = undefined;
    this.#context.adoptHung(this.event, task);
    this.#settle(task, begin_us, -Errno.ETIMEDOUT);
  }

  #settle(task: ScriptTask, begin_us: bigint, result: number): void {
    this.#task = undefined;
    const output = outputText(task.output());
    logOutput(this.#context.scriptLog, task.name, output);
    this.#record(task.name, begin_us, result, output);
    this.#continue();
  }

  #record(name: string, begin_us: bigint, result: number, output: string): void {
    const end_us = this.#context.clock.wallTime();
    this.#statuses.push({ name, begin_us, end_us, result, output });
    if (!isGoodResult(result)) this.#summary = result;
  }

  #finish(): void {
    this.#finished = true;
    const unreached = this.#scripts.slice(this.#statuses.length).map(({ name }) => ({
      name,
      begin_us: 0n,
      end_us: 0n,
      result: -Errno.ENODATA,
      output: "",
    }));
    const result = replyOfSummary(this.#summary);
    if (result === Errno.ECANCELED) return this.#done({ result });
    const scripts = [...this.#statuses, ...unreached];
    this.#done({ result, record: { summary: this.#summary, scripts } });
  }
}
