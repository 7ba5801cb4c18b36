import { type ScriptEnd, scriptResultOf } from "./script-result.ts";
import type { ScriptObserver, ScriptProcess, ScriptSignal } from "./launcher.ts";

/**
 * One launched script whose owner can change: the event that runs it, later perhaps the keeper of
 * hung scripts.
 */
export class ScriptTask {
  readonly name: string;
  /** Called with the stored result when the script has ended. */
  onEnd: ((result: number) => void) | undefined;
  /** Called when the process id is known. */
  onStarted: ((pid: number) => void) | undefined;
  #process: ScriptProcess;
  #pid: number | undefined;
  #ended = false;

  constructor(name: string, launch: (observer: ScriptObserver) => ScriptProcess) {
    this.name = name;
    this.#process = launch({
      started: (pid) => this.#started(pid),
      ended: (end) => this.#end(end),
    });
  }

  /** The process id once there is one. */
  get pid(): number | undefined {
    return this.#pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** What the script has written so far. */
  output(): Uint8Array {
    return this.#process.output();
  }

  /** Signals the script's process group. */
  signal(signal: ScriptSignal): void {
    if (!this.#ended) this.#process.signal(signal);
  }

  #started(pid: number): void {
    this.#pid = pid;
    this.onStarted?.(pid);
  }

  #end(end: ScriptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd?.(scriptResultOf(end));
  }
}
