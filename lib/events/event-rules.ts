import { Errno } from "../base/mod.ts";

/** What the daemon keeps to for one of its own events (events.md part B). */
export interface EventRule {
  /** How many words follow the event's name. */
  readonly argumentCount: number;
  /** Whether it may run while recovery mode is ACTIVE. */
  readonly duringRecovery: boolean;
  /** Whether a timeout counts as success: a hung script must not fail what asked for the event. */
  readonly timeoutForgiven: boolean;
}

const rule = (
  argumentCount: number,
  duringRecovery: boolean,
  timeoutForgiven = false,
): EventRule => ({ argumentCount, duringRecovery, timeoutForgiven });

/** The events that the daemon raises, all in component `legacy`. */
export const EVENT_RULES = {
  init: rule(0, true),
  setup: rule(0, true),
  startup: rule(0, false),
  monitor: rule(0, false),
  startrecovery: rule(0, true, true),
  recovered: rule(0, false, true),
  startipreallocate: rule(0, true),
  ipreallocated: rule(0, true),
  releaseip: rule(3, true, true),
  takeip: rule(3, false, true),
  updateip: rule(4, false),
  shutdown: rule(0, true),
} as const satisfies Record<string, EventRule>;

/** An event that the daemon raises. */
export type DaemonEvent = keyof typeof EVENT_RULES;

/** Whether the daemon raises an event of this name. */
export function isDaemonEvent(event: string): event is DaemonEvent {
  return Object.hasOwn(EVENT_RULES, event);
}

/**
 * Why the daemon may not raise `event` now, or `undefined` if it may. `recoveryActive`: whether the
 * node's recovery mode is ACTIVE.
 */
export function refusalOf(
  event: DaemonEvent,
  args: readonly string[],
  recoveryActive: boolean,
): string | undefined {
  const { argumentCount, duringRecovery } = EVENT_RULES[event];
  if (args.length !== argumentCount || args.some((word) => word === "" || word.includes(" "))) {
    return `event ${event} takes ${argumentCount} words: ${JSON.stringify(args)}`;
  }
  if (recoveryActive && !duringRecovery) return `event refused while recovery is active: ${event}`;
  return undefined;
}

/** Whether this result of this event is a timeout that counts as success (and is only logged). */
export function isForgiven(event: DaemonEvent, result: number): boolean {
  return result === Errno.ETIMEDOUT && EVENT_RULES[event].timeoutForgiven;
}
