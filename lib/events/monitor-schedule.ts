import { Errno } from "../base/mod.ts";

/** The pause between the `startup` event and the first round, and the first interval. */
const FIRST_INTERVAL_MS = 2_000;

/** The interval after the node's health changed. */
const CHANGED_INTERVAL_MS = 5_000;

/** The pause after a round whose event could not be sent. */
const RETRY_MS = 5_000;

/** The tunables that monitoring follows; read anew in each round. */
export interface MonitorTunables {
  /** Tunable MonitorInterval, in seconds. */
  monitorInterval_s(): number;
  /** Tunable MonitorTimeoutCount. */
  monitorTimeoutCount(): number;
}

/** What to do about a finished monitor event. */
export interface MonitorVerdict {
  /** The pause before the next round, counted from now. */
  readonly delay_ms: number;
  /** The node's health changes to this. Absent: it stays as it is. */
  readonly change?: "healthy" | "unhealthy";
  /** How many monitor events in a row have timed out. */
  readonly timeouts: number;
}

/**
 * When the next monitor event runs, and what the last one means for the node's health
 * (cluster.md 8.4, events.md B). Pure policy: it owns no timer and raises no event.
 *
 * The pauses are counted from the end of a round: 2 s after `startup`, then 2, 4, 8 ... up to
 * MonitorInterval; after a change of health 5, 10, ...
 */
export class MonitorSchedule {
  readonly #tunables: MonitorTunables;
  /** The pause that was last handed out: a round that is skipped waits it once more. */
  #pause_ms = FIRST_INTERVAL_MS;
  #next_ms = FIRST_INTERVAL_MS;
  #timeouts = 0;

  constructor(tunables: MonitorTunables) {
    this.#tunables = tunables;
  }

  /** The `startup` event has succeeded: the pause before the first round. */
  begin(): number {
    this.#pause_ms = FIRST_INTERVAL_MS;
    this.#next_ms = FIRST_INTERVAL_MS;
    this.#timeouts = 0;
    return FIRST_INTERVAL_MS;
  }

  /**
   * The round was due and could not take place: recovery is active, the node is banned or stopped,
   * not RUNNING, or all its databases are frozen. The pause before the next try.
   */
  skipped(): number {
    return this.#pause_ms;
  }

  /** The event could not be sent. The pause before the next try. */
  notSent(): number {
    return RETRY_MS;
  }

  /**
   * The monitor event ended with `result` (0 or a positive error number) on a node whose UNHEALTHY
   * flag is `unhealthy`.
   */
  finished(result: number, unhealthy: boolean): MonitorVerdict {
    const well = this.#judge(result);
    const timeouts = this.#timeouts;
    if (well === undefined || well !== unhealthy) return { delay_ms: this.#advance(), timeouts };
    this.#next_ms = CHANGED_INTERVAL_MS;
    return { delay_ms: this.#advance(), change: well ? "healthy" : "unhealthy", timeouts };
  }

  /** Whether the node is well by this result; `undefined` if the result says nothing. */
  #judge(result: number): boolean | undefined {
    if (result === Errno.ECANCELED) return undefined;
    if (result !== Errno.ETIMEDOUT) {
      this.#timeouts = 0;
      return result === 0;
    }
    this.#timeouts += 1;
    return this.#timeouts < this.#tunables.monitorTimeoutCount() ? undefined : false;
  }

  #advance(): number {
    // An interval of 0 would be a busy loop.
    const limit_ms = Math.max(1, this.#tunables.monitorInterval_s()) * 1000;
    this.#pause_ms = this.#next_ms;
    this.#next_ms = Math.min(this.#next_ms * 2, limit_ms);
    return this.#pause_ms;
  }
}
