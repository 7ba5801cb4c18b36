import type { Clock, Logger, Timer } from "../base/mod.ts";
import { DEBUG_SCRIPT_LIMIT_MS, MAX_HUNG_SCRIPTS } from "../limits/mod.ts";
import type { ScriptLauncher } from "./launcher.ts";
import { logOutput, outputText, type ScriptLog } from "./script-log.ts";
import { ScriptTask } from "./script-task.ts";

/** What the keeper of hung scripts needs. */
interface Ports {
  readonly clock: Clock;
  readonly launcher: ScriptLauncher;
  readonly log: Logger;
  readonly scriptLog: ScriptLog;
  /** File name of the debug script in the configuration directory; absent: nothing is killed. */
  readonly debugScript?: string;
}

/** The prefix of the debug script's lines in the log. */
const DEBUG_PREFIX = "event_debug";

/** How long a script may take to go after SIGTERM before SIGKILL. The C daemon never insists. */
const TERM_GRACE_MS = 10_000;

interface HungScript {
  readonly task: ScriptTask;
  readonly component: string;
  readonly event: string;
  timer?: Timer;
}

/**
 * Keeps the scripts that outlived the deadline of their event (events.md A.5): has the debug script
 * look at them, then ends them. The queue of events never waits for any of this.
 */
export class HungScripts {
  readonly #context: Ports;
  readonly #hung = new Set<HungScript>();
  /** The debug script that runs for a component. */
  readonly #debugging = new Map<string, ScriptTask>();
  readonly #timers = new Set<Timer>();

  constructor(context: Ports) {
    this.#context = context;
  }

  /** How many hung scripts still exist. */
  get size(): number {
    return this.#hung.size;
  }

  /** Takes over a script whose event has timed out. */
  adopt(component: string, event: string, task: ScriptTask): void {
    if (task.ended) return;
    const script: HungScript = { task, component, event };
    this.#context.log.warning(`event ${event}: script ${task.name} did not end in time`);
    this.#hung.add(script);
    task.onEnd = () => this.#gone(script);
    this.#debugOrLeave(script);
    this.#enforceBound();
  }

  /** Forgets all timers; what still runs is the launcher's to kill. */
  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const { task } of this.#hung) task.onEnd = undefined;
    for (const task of this.#debugging.values()) task.onEnd = undefined;
    this.#hung.clear();
    this.#debugging.clear();
  }

  #debugOrLeave(script: HungScript): void {
    const { debugScript } = this.#context;
    if (debugScript === undefined || this.#debugging.has(script.component)) return;
    const { task } = script;
    if (task.pid !== undefined) this.#debug(debugScript, script, task.pid);
    else task.onStarted = (pid) => this.#debugLate(debugScript, script, pid);
  }

  /** The script had not even started when its time was over; another may be debugged by now. */
  #debugLate(debugScript: string, script: HungScript, pid: number): void {
    if (!this.#debugging.has(script.component)) this.#debug(debugScript, script, pid);
  }

  #debug(debugScript: string, script: HungScript, pid: number): void {
    const { component, event } = script;
    const debug = new ScriptTask(
      DEBUG_PREFIX,
      (observer) => this.#context.launcher.launchDebug(debugScript, [String(pid), event], observer),
    );
    this.#debugging.set(component, debug);
    const limit = this.#after(DEBUG_SCRIPT_LIMIT_MS, () => debug.signal("SIGKILL"));
    debug.onEnd = () => {
      this.#cancel(limit);
      this.#debugging.delete(component);
      logOutput(this.#context.scriptLog, DEBUG_PREFIX, outputText(debug.output()));
      this.#terminate(script);
    };
  }

  #terminate(script: HungScript): void {
    if (!this.#hung.has(script)) return;
    script.task.signal("SIGTERM");
    script.timer = this.#after(TERM_GRACE_MS, () => this.#kill(script));
  }

  #kill(script: HungScript): void {
    this.#context.log.warning(`killing hung script: ${script.task.name} of event ${script.event}`);
    script.task.signal("SIGKILL");
  }

  #enforceBound(): void {
    if (this.#hung.size <= MAX_HUNG_SCRIPTS) return;
    const [oldest] = this.#hung;
    if (oldest === undefined) return;
    this.#kill(oldest);
    // Even if it cannot die (disk sleep) it counts no more: the next one's turn comes next time.
    this.#gone(oldest);
  }

  #gone(script: HungScript): void {
    script.task.onEnd = undefined;
    if (script.timer !== undefined) this.#cancel(script.timer);
    this.#hung.delete(script);
  }

  #after(delay_ms: number, callback: () => void): Timer {
    const timer = this.#context.clock.setTimer(delay_ms, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}
