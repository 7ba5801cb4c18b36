import type { EventRecord } from "./event-run.ts";

/** The component that the daemon raises its events in. */
export const LEGACY_COMPONENT = "legacy";

/** An event to be run. */
export interface EventRequest {
  /** The subdirectory of `events/`; `legacy` if absent. */
  readonly component?: string;
  /** Any name; becomes the first argument of each script. */
  readonly event: string;
  /** Further arguments, separated by spaces; there is no quoting. */
  readonly args?: string;
  /** Whole seconds for all scripts together, counted from now. 0 times out at once. */
  readonly timeout_s: number;
  /** Run the scripts behind a failing one too. For tests. */
  readonly runAll?: boolean;
  /**
   * For `monitor`, which pushes another one aside and gives up where something else runs: this one
   * leaves both the time to end. It takes the result of a monitor event that runs, and waits for
   * whatever else does; its time counts from its beginning.
   */
  readonly patient?: boolean;
}

/** The answer to a status query: `record` is there exactly when `result` is 0. */
export type EventStatusReply =
  | { readonly result: 0; readonly record: EventRecord }
  | { readonly result: number; readonly record?: undefined };

/**
 * Events as a caller sees them: the runner inside the daemon, or a connection to the daemon's event
 * socket. Results are 0 or a positive error number (events.md A.4, A.7).
 */
export interface EventService {
  /**
   * Runs an event to its end: 0 success, ETIMEDOUT, ECANCELED (pushed aside by another event),
   * ENOEXEC (a script failed), ENOENT (no such component), or another error number.
   */
  run(request: EventRequest): Promise<number>;
  /** The last completed run: ENOENT unknown component, EINVAL the event never ran. */
  status(component: string, event: string): Promise<EventStatusReply>;
  /** Sets or clears the execute bits of a script that is a regular file. */
  setScript(component: string, script: string, action: "enable" | "disable"): Promise<number>;
}
