import { Errno } from "../../base/mod.ts";
import type { Journal } from "../../base/mod.ts";
import { type EventRecord } from "../../events/mod.ts";
import { MAX_FAILING_SCRIPTS } from "../../limits/mod.ts";

/** The end of a script's output that is told. */
const OUTPUT_CHARACTERS = 2000;

/**
 * Makes events of what scripts came to: the first failure of several that are the same, and that
 * the script succeeds again. A monitor event that fails every 15 seconds is one event.
 */
export class ScriptStory {
  readonly #journal: Journal;
  readonly #failing = new Map<string, string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** A run of an event is over. */
  ran(event: string, record: EventRecord): void {
    for (const { name, result, output } of record.scripts) {
      // Disabled scripts, and those behind the one that failed.
      if (result === -Errno.ENOEXEC || result === -Errno.ENODATA) continue;
      if (result === 0) this.#succeeded(event, name);
      else this.#failed(event, name, result, output.trimEnd());
    }
  }

  #succeeded(event: string, script: string): void {
    if (this.#failing.delete(`${event} ${script}`)) {
      this.#journal({ kind: "script-mended", event, script });
    }
  }

  #failed(event: string, script: string, result: number, output: string): void {
    const key = `${event} ${script}`;
    if (this.#failing.get(key) === String(result)) return;
    if (this.#failing.size < MAX_FAILING_SCRIPTS) this.#failing.set(key, String(result));
    this.#journal({
      kind: result === -Errno.ETIMEDOUT ? "script-timed-out" : "script-failed",
      event,
      script,
      result,
      output: output.slice(-OUTPUT_CHARACTERS),
    });
  }
}
