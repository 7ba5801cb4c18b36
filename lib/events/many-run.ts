import { Errno, type Timer } from "../base/mod.ts";
import { setDeadline } from "./deadline.ts";
import {
  type AcceptedEvent,
  EventRun,
  type EventRunContext,
  type RunOutcome,
  type ScriptStatus,
} from "./event-run.ts";
import type { ScriptEntry, ScriptLauncher, ScriptListing } from "./launcher.ts";
import { logOutput, outputText } from "./script-log.ts";
import { isGoodResult, replyOfSummary } from "./script-result.ts";
import { ScriptTask } from "./script-task.ts";

/** Events of which several may be run together, each about one address. */
const EVENTS: ReadonlySet<string> = new Set(["takeip", "releaseip"]);

/** What such an event is called, once for many, where a script knows that. */
const MANY_SUFFIX = "-many";

/** Whether `next` may be run together with `first`. */
export function runsTogether(first: AcceptedEvent, next: AcceptedEvent): boolean {
  return EVENTS.has(first.event) && next.event === first.event && next.runAll === first.runAll &&
    next.args.length === first.args.length;
}

/** One of the events, and how far it has come. */
interface Member {
  readonly index: number;
  readonly event: AcceptedEvent;
  statuses: readonly ScriptStatus[];
  /** The result of the script that failed; 0 while none has. */
  summary: number;
}

/** What is told of a {@link ManyRun}. */
export interface ManyObserver {
  /** The event at this place has come to its end. */
  ended(index: number, outcome: RunOutcome): void;
  /** All have. */
  finished(): void;
}

/**
 * Runs several address events together: where a thousand addresses move, what a script asks the
 * system is the same for all. A script that says so in its head (`ctdb-many: takeip releaseip`) is
 * started once for all, as `SCRIPT EVENT-many ARGS...` with the arguments of all events, and prints
 * `failed: ADDRESS` for each that failed. All others are called as ever: for each address by itself,
 * in the order of the scripts, with the same arguments.
 *
 * Up to the last script that knows many, one script after the other; behind it, one address after
 * the other, so that the first is done before the last has begun.
 */
export class ManyRun {
  /** The first of the events: all have its name. */
  readonly event: AcceptedEvent;
  readonly #context: EventRunContext;
  readonly #observer: ManyObserver;
  readonly #members: readonly Member[];
  #scripts: readonly ScriptEntry[] = [];
  #single: EventRun | undefined;
  #task: ScriptTask | undefined;
  #timer: Timer | undefined;
  #cancelled = false;

  constructor(events: readonly AcceptedEvent[], context: EventRunContext, observer: ManyObserver) {
    this.event = events[0]!;
    this.#context = context;
    this.#observer = observer;
    this.#members = events.map((event, index) => ({ index, event, statuses: [], summary: 0 }));
  }

  /** Reads the list of scripts anew and begins. */
  start(): void {
    this.#context.launcher.list(this.event.component, (listing) => {
      if (!this.#cancelled) this.#listed(listing);
    });
  }

  /** Kills what runs; nothing more is told. */
  cancel(): void {
    this.#cancelled = true;
    this.#timer?.cancel();
    this.#single?.cancel();
    if (this.#task === undefined) return;
    this.#task.onEnd = undefined;
    this.#task.signal("SIGKILL");
  }

  #listed(listing: ScriptListing): void {
    if ("errno" in listing) {
      for (const { index } of this.#members) {
        this.#observer.ended(index, { result: listing.errno });
      }
      return this.#observer.finished();
    }
    this.#scripts = listing.scripts;
    const together = this.#scripts.findLastIndex((script) => this.#knowsMany(script)) + 1;
    this.#script(0, together);
  }

  #knowsMany({ enabled, many }: ScriptEntry): boolean {
    return enabled && many?.includes(this.event.event) === true;
  }

  /** Those for which the next script is run. */
  #living(): readonly Member[] {
    return this.#members.filter(({ summary }) => summary === 0 || this.event.runAll);
  }

  /** Runs the script at `at` for all, then the next; from `together` on an address at a time. */
  #script(at: number, together: number): void {
    const living = this.#living();
    if (at === together || living.length === 0) return this.#eachToItsEnd(0, at);
    const script = this.#scripts[at]!;
    const next = () => this.#script(at + 1, together);
    if (this.#knowsMany(script)) this.#runMany(script.name, living, next);
    else this.#runEach(living, [script], next);
  }

  /** Runs scripts for one member after the other. */
  #runEach(members: readonly Member[], scripts: readonly ScriptEntry[], then: () => void): void {
    const [member, ...rest] = members;
    if (member === undefined) return then();
    this.#runOne(member, scripts, () => this.#runEach(rest, scripts, then));
  }

  #runOne(member: Member, scripts: readonly ScriptEntry[], then: () => void): void {
    const context = { ...this.#context, launcher: listing(this.#context.launcher, scripts) };
    this.#single = new EventRun(member.event, context, ({ record }) => {
      this.#single = undefined;
      member.statuses = [...member.statuses, ...record?.scripts ?? []];
      if (record === undefined) member.summary = -Errno.ECANCELED;
      else if (record.summary !== 0) member.summary = record.summary;
      then();
    });
    this.#single.start();
  }

  #runMany(name: string, members: readonly Member[], then: () => void): void {
    const { clock, launcher } = this.#context;
    const { component, event } = this.event;
    const args = [`${event}${MANY_SUFFIX}`, ...members.flatMap((member) => member.event.args)];
    const begin_us = clock.wallTime();
    const deadline_ms = Math.min(...members.map((member) => member.event.deadline_ms));
    const task = new ScriptTask(
      name,
      (observer) => launcher.launchScript(component, name, args, observer),
    );
    this.#task = task;
    const end = (resultOf: (member: Member, output: string) => number) => {
      this.#timer?.cancel();
      this.#task = undefined;
      const output = outputText(task.output());
      logOutput(this.#context.scriptLog, name, output);
      const end_us = clock.wallTime();
      for (const member of members) {
        const result = resultOf(member, output);
        if (!isGoodResult(result)) member.summary = result;
        member.statuses = [...member.statuses, { name, begin_us, end_us, result, output }];
      }
      then();
    };
    task.onEnd = (result) => end((member, output) => resultOfOne(result, output, member.event));
    this.#timer = setDeadline(clock, deadline_ms, () => {
      task.onEnd = undefined;
      this.#context.adoptHung(this.event, task);
      end(() => -Errno.ETIMEDOUT);
    });
  }

  /** Runs what is left for one member after the other, and tells the end of each. */
  #eachToItsEnd(index: number, from: number): void {
    const member = this.#members[index];
    if (member === undefined) return this.#observer.finished();
    const next = () => {
      this.#tell(member);
      this.#eachToItsEnd(index + 1, from);
    };
    const rest = this.#scripts.slice(from);
    const goesOn = member.summary === 0 || this.event.runAll;
    if (goesOn && rest.length > 0) this.#runOne(member, rest, next);
    else next();
  }

  #tell({ index, statuses, summary }: Member): void {
    const result = replyOfSummary(summary);
    if (result === Errno.ECANCELED) return this.#observer.ended(index, { result });
    const unreached = this.#scripts.slice(statuses.length).map(({ name }) => ({
      name,
      begin_us: 0n,
      end_us: 0n,
      result: -Errno.ENODATA,
      output: "",
    }));
    const scripts = [...statuses, ...unreached];
    this.#observer.ended(index, { result, record: { summary, scripts } });
  }
}

/** The result for one address: who is not named among those that failed was well. */
function resultOfOne(result: number, output: string, { args }: AcceptedEvent): number {
  if (isGoodResult(result)) return result;
  const failed = output.matchAll(/^failed: (\S+)$/gm).map(([, address]) => address).toArray();
  return failed.length === 0 || failed.some((address) => args.includes(address!)) ? result : 0;
}

/** A launcher whose list is this one. */
function listing(launcher: ScriptLauncher, scripts: readonly ScriptEntry[]): ScriptLauncher {
  return {
    list: (_component, done) => done({ scripts }),
    launchScript: (...request) => launcher.launchScript(...request),
    launchDebug: (...request) => launcher.launchDebug(...request),
    close: () => launcher.close(),
  };
}
