import { Errno } from "../base/mod.ts";
import type { Timer } from "../base/mod.ts";
import { MAX_EVENTS_TOGETHER, MAX_PATIENT_EVENTS, MAX_QUEUED_EVENTS } from "../limits/mod.ts";
import { EventHistory } from "./event-history.ts";
import {
  type AcceptedEvent,
  EventRun,
  type EventRunContext,
  type RunOutcome,
} from "./event-run.ts";
import { ManyRun, runsTogether } from "./many-run.ts";

/** Receives the result of one event: 0 or a positive error number. Called once. */
export type EventDone = (result: number) => void;

/** The one event that any other may push aside. */
const MONITOR = "monitor";

interface Waiting {
  readonly event: AcceptedEvent;
  readonly done: EventDone;
}

/**
 * The queue of one component: which event runs, which wait, which are pushed aside (events.md A.6).
 *
 * Results are delivered in later turns, never from inside {@link submit}.
 */
export class ComponentQueue {
  readonly history = new EventHistory();
  readonly #context: EventRunContext;
  #queue: Waiting[] = [];
  /** Monitor events that begin when nothing else is left to do. */
  #patient: Waiting[] = [];
  /** The event that runs, and who waits for its result. */
  #running: { run: EventRun | ManyRun; done: EventDone[] } | undefined;
  readonly #deliveries = new Map<Timer, () => void>();

  constructor(context: EventRunContext) {
    this.#context = context;
  }

  /** Whether nothing runs or waits. */
  get idle(): boolean {
    return this.#running === undefined && this.#queue.length === 0 && this.#patient.length === 0;
  }

  /** Accepts or refuses an event by the rules of preemption. */
  submit(event: AcceptedEvent, done: EventDone): void {
    if (event.event === MONITOR && event.patient_ms !== undefined) return this.#wait(event, done);
    if (this.#running !== undefined) {
      if (this.#running.run.event.event === MONITOR) this.#preempt();
      else if (event.event === MONITOR) return this.#deliver(done, Errno.ECANCELED);
    }
    if (this.#queue.length >= MAX_QUEUED_EVENTS) return this.#deliver(done, Errno.EBUSY);
    this.#queue.push({ event, done });
    this.#startNext();
  }

  /** A monitor event that leaves others the time to end. */
  #wait(event: AcceptedEvent, done: EventDone): void {
    if (this.#running?.run.event.event === MONITOR) {
      this.#running.done.push(done);
      return;
    }
    if (this.#patient.length >= MAX_PATIENT_EVENTS) return this.#deliver(done, Errno.EBUSY);
    this.#patient.push({ event, done });
    this.#startNext();
  }

  /** Kills what runs and answers everything with ECANCELED, before it returns. */
  close(): void {
    const deliveries = [...this.#deliveries];
    this.#deliveries.clear();
    for (const [timer, deliver] of deliveries) {
      timer.cancel();
      deliver();
    }
    const running = this.#running;
    this.#running = undefined;
    running?.run.cancel();
    for (const done of running?.done ?? []) done(Errno.ECANCELED);
    for (const { done } of [...this.#queue.splice(0), ...this.#patient.splice(0)]) {
      done(Errno.ECANCELED);
    }
  }

  #preempt(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.run.cancel();
    for (const done of running.done) this.#deliver(done, Errno.ECANCELED);
  }

  /** Starts the next event if none runs. No callback of a caller is run from here. */
  #startNext(): void {
    if (this.#running !== undefined) return;
    const next = this.#queue.shift() ?? this.#nextPatient();
    if (next === undefined) return;
    const { event, done } = next;
    const others = this.#takeAlike(event);
    if (others.length > 0) return this.#startMany([next, ...others]);
    const run = new EventRun(event, this.#context, (outcome) => this.#finished(event, outcome));
    this.#running = { run, done: [done] };
    run.start();
  }

  /** Those behind an event that can be run together with it. */
  #takeAlike(first: AcceptedEvent): Waiting[] {
    const end = this.#queue.findIndex(({ event }) => !runsTogether(first, event));
    const count = end < 0 ? this.#queue.length : end;
    return this.#queue.splice(0, Math.min(count, MAX_EVENTS_TOGETHER - 1));
  }

  #startMany(waiting: readonly Waiting[]): void {
    const running = {
      run: new ManyRun(waiting.map(({ event }) => event), this.#context, {
        ended: (index, outcome) => {
          const { event, done } = waiting[index]!;
          running.done = running.done.filter((one) => one !== done);
          this.#keep(event, outcome);
          this.#deliver(done, outcome.result);
        },
        finished: () => {
          this.#running = undefined;
          this.#startNext();
        },
      }),
      done: waiting.map(({ done }) => done),
    };
    this.#running = running;
    running.run.start();
  }

  #nextPatient(): Waiting | undefined {
    const next = this.#patient.shift();
    if (next === undefined) return undefined;
    const { event, done } = next;
    const deadline_ms = this.#context.clock.now() + (event.patient_ms ?? 0);
    return { event: { ...event, deadline_ms }, done };
  }

  #finished(event: AcceptedEvent, outcome: RunOutcome): void {
    const waiting = this.#running?.done ?? [];
    this.#running = undefined;
    this.#keep(event, outcome);
    for (const done of waiting) this.#deliver(done, outcome.result);
    this.#startNext();
  }

  #keep(event: AcceptedEvent, { record }: RunOutcome): void {
    if (record === undefined) return;
    this.history.store(event.event, record);
    this.#context.onRecord(event, record);
  }

  #deliver(done: EventDone, result: number): void {
    const deliver = () => done(result);
    const timer = this.#context.clock.setTimer(0, () => {
      this.#deliveries.delete(timer);
      deliver();
    });
    this.#deliveries.set(timer, deliver);
  }
}
