import { Errno } from "../base/mod.ts";
import type { Clock, Timer } from "../base/mod.ts";
import type {
  ScriptEntry,
  ScriptLauncher,
  ScriptListing,
  ScriptObserver,
  ScriptProcess,
  ScriptSignal,
} from "./launcher.ts";
import { compareNames } from "./script-name.ts";
import type { ScriptEnd } from "./script-result.ts";

/** How a virtual script behaves in one run. */
export interface VirtualRun {
  /** How long it takes; `Infinity` hangs until a signal comes. */
  readonly duration_ms?: number;
  /** How it ends; exit 0 if absent. */
  readonly end?: ScriptEnd;
  /** What it prints, at once. */
  readonly output?: string;
  /** It survives SIGTERM. */
  readonly ignoresTerm?: boolean;
}

/** A virtual script: called when it is started, with the event and its arguments. */
export type VirtualScript = (args: readonly string[]) => VirtualRun;

/** The process ids of virtual scripts start here, so that they are not taken for real ones. */
const FIRST_PID = 100_000;
const SIGNAL_NUMBERS: Record<ScriptSignal, number> = { SIGTERM: 15, SIGKILL: 9 };

interface PlacedScript {
  readonly run: VirtualScript;
  readonly enabled: boolean;
  many: readonly string[];
}

/**
 * A {@link ScriptLauncher} without processes or files: scripts are functions, time is the clock's.
 * The simulation runs whole clusters on it.
 *
 * @example
 * ```ts ignore
 * const scripts = new VirtualScripts(clock);
 * scripts.set("legacy", "10.interface", ([event]) => ({ duration_ms: 20, output: `${event}\n` }));
 * ```
 */
export class VirtualScripts implements ScriptLauncher {
  readonly #clock: Clock;
  readonly #components = new Map<string, Map<string, PlacedScript>>();
  readonly #debug = new Map<string, VirtualScript>();
  readonly #running = new Set<VirtualProcess>();
  #nextPid = FIRST_PID;

  /** Component `legacy` exists from the beginning, without scripts. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.addComponent("legacy");
  }

  /** How many processes exist. */
  get running(): number {
    return this.#running.size;
  }

  /** Makes the directory of a component. */
  addComponent(component: string): void {
    if (!this.#components.has(component)) this.#components.set(component, new Map());
  }

  /** Puts a script in place, or another in its place. `name` is without suffix. */
  set(component: string, name: string, run: VirtualScript, enabled = true): void {
    this.addComponent(component);
    this.#components.get(component)?.set(name, { run, enabled, many: [] });
  }

  /** Says in a script's head for which events it can be started once with many addresses. */
  setMany(component: string, name: string, events: readonly string[]): void {
    const script = this.#components.get(component)?.get(name);
    if (script !== undefined) script.many = events;
  }

  /** Removes a script, even between its listing and its start. */
  delete(component: string, name: string): void {
    this.#components.get(component)?.delete(name);
  }

  /** Puts a debug script in place. */
  setDebug(name: string, run: VirtualScript): void {
    this.#debug.set(name, run);
  }

  list(component: string, done: (listing: ScriptListing) => void): void {
    this.#clock.setTimer(0, () => {
      const scripts = this.#components.get(component);
      if (scripts === undefined) return done({ errno: Errno.ENOENT });
      const entries = [...scripts].map(([name, { enabled, many }]): ScriptEntry => ({
        name,
        enabled,
        many,
      }));
      done({ scripts: entries.sort((a, b) => compareNames(a.name, b.name)) });
    });
  }

  launchScript(
    component: string,
    script: string,
    args: readonly string[],
    observer: ScriptObserver,
  ): ScriptProcess {
    return this.#launch(this.#components.get(component)?.get(script)?.run, args, observer);
  }

  launchDebug(name: string, args: readonly string[], observer: ScriptObserver): ScriptProcess {
    return this.#launch(this.#debug.get(name), args, observer);
  }

  close(): Promise<void> {
    for (const process of this.#running) process.signal("SIGKILL");
    return Promise.resolve();
  }

  #launch(
    script: VirtualScript | undefined,
    args: readonly string[],
    observer: ScriptObserver,
  ): ScriptProcess {
    const run = script?.(args) ?? { end: { how: "error", errno: Errno.ENOENT } as const };
    const process = new VirtualProcess(this.#clock, this.#nextPid++, run, {
      started: (pid) => observer.started(pid),
      ended: (end) => {
        this.#running.delete(process);
        observer.ended(end);
      },
    });
    this.#running.add(process);
    return process;
  }
}

class VirtualProcess implements ScriptProcess {
  readonly #run: VirtualRun;
  readonly #observer: ScriptObserver;
  #timer: Timer;
  #ended = false;

  constructor(clock: Clock, pid: number, run: VirtualRun, observer: ScriptObserver) {
    this.#run = run;
    this.#observer = observer;
    const end: ScriptEnd = run.end ?? { how: "exit", code: 0 };
    const { duration_ms = 0 } = run;
    this.#timer = clock.setTimer(0, () => {
      if (end.how === "error") return this.#end(end);
      observer.started(pid);
      if (duration_ms !== Infinity && !this.#ended) {
        this.#timer = clock.setTimer(duration_ms, () => this.#end(end));
      }
    });
  }

  output(): Uint8Array {
    return new TextEncoder().encode(this.#run.output ?? "");
  }

  signal(signal: ScriptSignal): void {
    if (signal === "SIGTERM" && this.#run.ignoresTerm) return;
    this.#end({ how: "signal", signal: SIGNAL_NUMBERS[signal] });
  }

  #end(end: ScriptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer.cancel();
    this.#observer.ended(end);
  }
}
