import { Errno } from "../base/mod.ts";
import { MAX_REMEMBERED_EVENT_NAMES } from "../limits/mod.ts";
import type { EventRecord, ScriptStatus } from "./event-run.ts";

/** The last completed run of each event of one component (events.md A.7). Lives in memory only. */
export class EventHistory {
  readonly #records = new Map<string, EventRecord>();

  /** The stored status of `event`; absent if it never ran to its end. */
  get(event: string): EventRecord | undefined {
    return this.#records.get(event);
  }

  /**
   * Stores a completed run. A script that the run did not reach keeps what the run before knew of
   * the script of that name.
   */
  store(event: string, run: EventRecord): void {
    const before = new Map(
      this.#records.get(event)?.scripts.map((script) => [script.name, script]),
    );
    const scripts = run.scripts.map((script): ScriptStatus =>
      script.result === -Errno.ENODATA ? before.get(script.name) ?? script : script
    );
    // Inserted anew, so that the map's order is the order of the last runs.
    this.#records.delete(event);
    this.#records.set(event, { summary: run.summary, scripts });
    if (this.#records.size <= MAX_REMEMBERED_EVENT_NAMES) return;
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest);
      return;
    }
  }
}
