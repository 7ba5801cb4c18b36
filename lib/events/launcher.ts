import type { ScriptEnd } from "./script-result.ts";

/** One event script of a component, as a listing found it. */
export interface ScriptEntry {
  /** The file name without `.script`. */
  readonly name: string;
  /** Whether the owner may execute the file (symbolic links followed). */
  readonly enabled: boolean;
  /** Events that it can be started for once with many addresses (`many-run.ts`). */
  readonly many?: readonly string[];
}

/** What a listing found: the scripts in their order, or the error number of the directory. */
export type ScriptListing =
  | { readonly scripts: readonly ScriptEntry[] }
  | { readonly errno: number };

/** The signals that the event runner sends. */
export type ScriptSignal = "SIGTERM" | "SIGKILL";

/** A process that was asked for. It may not have started yet, and it may have ended. */
export interface ScriptProcess {
  /** What it wrote to stdout and stderr so far; the launcher bounds its size. */
  output(): Uint8Array;
  /** Signals the whole process group; does nothing once the process has ended. */
  signal(signal: ScriptSignal): void;
}

/** What the one who launched a process is told. */
export interface ScriptObserver {
  /** The process exists. Not called if it could not be started. */
  started(pid: number): void;
  /** It ended and was reaped, or could not be started. Called exactly once, and last. */
  ended(end: ScriptEnd): void;
}

/**
 * Where scripts come from and run: real processes in the daemon, virtual ones in the simulation.
 *
 * No observer is called before the call that introduced it has returned.
 */
export interface ScriptLauncher {
  /** Lists the scripts of a component, in bytewise order of their names. */
  list(component: string, done: (listing: ScriptListing) => void): void;
  /** Runs `SCRIPT ARGS...` in a process group of its own. */
  launchScript(
    component: string,
    script: string,
    args: readonly string[],
    observer: ScriptObserver,
  ): ScriptProcess;
  /** Runs the debug script `name` of the configuration directory, likewise. */
  launchDebug(name: string, args: readonly string[], observer: ScriptObserver): ScriptProcess;
  /** Kills what still runs. Resolves when all of it is reaped, or cannot be within a short wait. */
  close(): Promise<void>;
}
