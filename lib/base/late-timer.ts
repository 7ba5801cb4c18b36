import type { Timer } from "./clock.ts";

/** What takes less time than this needs no timer of its own. */
const GRACE_MS = 25;

/** Timers that were set while the program has just begun, with the time that they are due. */
let waiting: Set<{ readonly due_ms: number; start(left_ms: number): void }> | undefined = new Set();
let isGrace = false;

/**
 * Runs `callback` once after `delay_ms`, for programs that have mostly ended by then. The runtime
 * loads its timers when the first is set, which takes longer than all that `ctdb pnn` does; so those
 * that are set within the first moments of a program become timers only when it is still there
 * afterwards.
 */
export function setLateTimer(delay_ms: number, callback: () => void): Timer {
  if (waiting === undefined || delay_ms <= GRACE_MS) return setRealTimer(delay_ms, callback);
  const begun = waiting;
  let timer: Timer | undefined;
  const late = {
    due_ms: performance.now() + delay_ms,
    start: (left_ms: number) => timer = setRealTimer(left_ms, callback),
  };
  begun.add(late);
  if (!isGrace) {
    isGrace = true;
    AbortSignal.timeout(GRACE_MS).addEventListener("abort", endGrace, { once: true });
  }
  return {
    cancel() {
      begun.delete(late);
      timer?.cancel();
    },
  };
}

function endGrace(): void {
  const begun = waiting!;
  waiting = undefined;
  const now_ms = performance.now();
  for (const { due_ms, start } of begun) start(Math.max(0, due_ms - now_ms));
}

function setRealTimer(delay_ms: number, callback: () => void): Timer {
  const id = setTimeout(callback, delay_ms);
  return { cancel: () => clearTimeout(id) };
}
