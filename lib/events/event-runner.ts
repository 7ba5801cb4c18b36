import { Errno } from "../base/mod.ts";
import type { Clock, Logger } from "../base/mod.ts";
import { ComponentQueue, type EventDone } from "./component-queue.ts";
import type { AcceptedEvent, EventRecord, EventRunContext } from "./event-run.ts";
import {
  type EventRequest,
  type EventService,
  type EventStatusReply,
  LEGACY_COMPONENT,
} from "./event-service.ts";
import { HungScripts } from "./hung-scripts.ts";
import type { ScriptLauncher } from "./launcher.ts";
import { isPlainName } from "./script-name.ts";
import type { ScriptLog } from "./script-log.ts";

/** What an {@link EventRunner} is made from. */
export interface EventRunnerOptions {
  readonly clock: Clock;
  readonly launcher: ScriptLauncher;
  readonly log: Logger;
  /** Where the scripts' output goes; as errors to `log` if absent (events.md A.3). */
  readonly scriptLog?: ScriptLog;
  /** Hears of every run whose status is stored. */
  readonly onRecord?: EventRunContext["onRecord"];
  /** `[event] debug script` of ctdb.conf: a file name in the configuration directory. */
  readonly debugScript?: string;
  /** Answers the obsolete SCRIPT request; refused with EPROTO if absent. */
  readonly setScript?: EventService["setScript"];
}

/**
 * Runs event scripts: a queue for each component, and the status of what ran (events.md part A).
 *
 * A pure state machine over clock and launcher. The rules that the daemon puts on top (which events
 * may run during recovery, whose timeouts are forgiven) are in `event-rules.ts`.
 *
 * @example
 * ```ts ignore
 * const runner = new EventRunner({ clock, launcher, log });
 * runner.start({ event: "takeip", args: "eth0 10.0.0.1 24", timeout_s: 30 }, (result) => {
 *   if (result !== 0) log.error(`takeip failed: ${result}`);
 * });
 * ```
 */
export class EventRunner implements EventService {
  readonly #options: EventRunnerOptions;
  readonly #context: EventRunContext;
  readonly #hung: HungScripts;
  readonly #components = new Map<string, ComponentQueue>();
  #closed = false;

  constructor(options: EventRunnerOptions) {
    const { clock, launcher, log, debugScript } = options;
    const scriptLog = options.scriptLog ?? ((script, line) => log.error(`${script}: ${line}`));
    this.#options = options;
    this.#hung = new HungScripts({
      clock,
      launcher,
      log,
      scriptLog,
      ...(debugScript === undefined ? {} : { debugScript }),
    });
    const adoptHung: EventRunContext["adoptHung"] = (event, task) =>
      this.#hung.adopt(event.component, event.event, task);
    const onRecord = options.onRecord ?? (() => {});
    this.#context = { clock, launcher, scriptLog, onRecord, adoptHung };
  }

  /** Whether no event runs or waits in any component. Hung scripts do not count. */
  get idle(): boolean {
    return [...this.#components.values()].every((queue) => queue.idle);
  }

  /** How many scripts outlived their event and still exist. */
  get hungScripts(): number {
    return this.#hung.size;
  }

  /**
   * Accepts an event; its time runs from now. `done` is called once, in a later turn, or by
   * {@link close}.
   */
  start(request: EventRequest, done: EventDone): void {
    const component = request.component ?? LEGACY_COMPONENT;
    const refusal = this.#refusal(component, request);
    if (refusal !== undefined) {
      this.#options.clock.setTimer(0, () => done(refusal));
      return;
    }
    const given = (request.args ?? "") === "" ? "" : ` [${request.args}]`;
    this.#options.log.info(`Running event: ${request.event}${given}`);
    this.#withQueue(component, this.#accept(component, request), done);
  }

  run(request: EventRequest): Promise<number> {
    return new Promise((resolve) => this.start(request, resolve));
  }

  /** The stored status, if the event has run; without looking whether the component exists. */
  lastRun(component: string, event: string): EventRecord | undefined {
    return this.#components.get(component)?.history.get(event);
  }

  status(component: string, event: string): Promise<EventStatusReply> {
    const record = this.lastRun(component, event);
    if (record !== undefined) return Promise.resolve({ result: 0, record });
    if (this.#components.has(component)) return Promise.resolve({ result: Errno.EINVAL });
    if (!isPlainName(component)) return Promise.resolve({ result: Errno.ENOENT });
    return new Promise((resolve) =>
      this.#options.launcher.list(
        component,
        (listing) => resolve({ result: "errno" in listing ? listing.errno : Errno.EINVAL }),
      )
    );
  }

  setScript(component: string, script: string, action: "enable" | "disable"): Promise<number> {
    const { setScript } = this.#options;
    return setScript?.(component, script, action) ?? Promise.resolve(Errno.EPROTO);
  }

  /**
   * Ends everything: callers get ECANCELED, running and hung scripts are killed with their process
   * groups. Resolves when they are reaped.
   */
  close(): Promise<void> {
    this.#closed = true;
    for (const queue of this.#components.values()) queue.close();
    this.#hung.close();
    return this.#options.launcher.close();
  }

  #refusal(component: string, request: EventRequest): number | undefined {
    if (this.#closed) return Errno.ECANCELED;
    if (!isPlainName(component)) return Errno.ENOENT;
    if (request.event.includes("\0") || request.args?.includes("\0")) return Errno.EINVAL;
    return undefined;
  }

  #accept(component: string, request: EventRequest): AcceptedEvent {
    const timeout_s = Math.max(0, request.timeout_s);
    return {
      component,
      event: request.event,
      args: (request.args ?? "").split(" ").filter((word) => word !== ""),
      deadline_ms: this.#options.clock.now() + timeout_s * 1000,
      runAll: request.runAll ?? false,
      ...(request.patient ? { patient_ms: timeout_s * 1000 } : {}),
    };
  }

  /** A queue is made only for a component that exists, so that clients cannot fill the memory. */
  #withQueue(component: string, event: AcceptedEvent, done: EventDone): void {
    const queue = this.#components.get(component);
    if (queue !== undefined) return queue.submit(event, done);
    if (component === LEGACY_COMPONENT) return this.#newQueue(component).submit(event, done);
    this.#options.launcher.list(component, (listing) => {
      if (this.#closed) return done(Errno.ECANCELED);
      if ("errno" in listing) return done(listing.errno);
      this.#newQueue(component).submit(event, done);
    });
  }

  #newQueue(component: string): ComponentQueue {
    const queue = this.#components.get(component) ?? new ComponentQueue(this.#context);
    this.#components.set(component, queue);
    return queue;
  }
}
