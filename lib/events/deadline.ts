import type { Clock, Timer } from "../base/mod.ts";
import { LONGEST_TIMER_MS } from "../limits/mod.ts";

/** Calls `expired` once, in a later turn, when `clock` has reached `deadline_ms`. */
export function setDeadline(clock: Clock, deadline_ms: number, expired: () => void): Timer {
  const arm = (): Timer =>
    clock.setTimer(Math.min(Math.max(0, deadline_ms - clock.now()), LONGEST_TIMER_MS), fire);
  const fire = (): void => {
    if (clock.now() < deadline_ms) timer = arm();
    else expired();
  };
  let timer = arm();
  return { cancel: () => timer.cancel() };
}
