import { whileWaiting } from "./pending-waits.ts";

/** How long a look may take that began before the time was over. */
const LAST_LOOK_MS = 30_000;

/** How long to wait, and how often to look. */
export interface WaitOptions {
  /** Fails after this; far more than it takes, as the machine may be busy. */
  readonly timeout_ms?: number;
  readonly interval_ms?: number;
}

/** What was waited for did not happen. */
export class WaitError extends Error {
  override readonly name = "WaitError";
}

/** What is waited for cannot happen any more: nobody waits for the time to be over. */
export class HopelessError extends Error {
  override readonly name = "HopelessError";
}

/**
 * Looks again and again until `look` returns something true, and returns that.
 *
 * @param what told in the error, after "waited in vain: "
 * @throws {WaitError} the time is over; its cause is what `look` threw last
 * @throws {HopelessError} if `look` throws one
 */
export function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<NonNullable<T>> {
  return whileWaiting(() => what, () => lookUntil(what, look, options));
}

/**
 * Waits for the end of `work` as long as `timeout_ms`.
 *
 * @param what told in the error, after "waited in vain: "; asked when the time is over
 * @throws {WaitError} the time is over
 */
export async function within<T>(
  what: string | (() => string),
  work: Promise<T>,
  timeout_ms = 120_000,
): Promise<T> {
  const told = () => typeof what === "string" ? what : what();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new WaitError(`waited in vain: ${told()} (for ${timeout_ms / 1000} s)`)),
    timeout_ms,
  );
  try {
    return await whileWaiting(told, () => Promise.race([work, late.promise]));
  } finally {
    clearTimeout(timer);
  }
}

async function lookUntil<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeout_ms = 60_000, interval_ms = 50 }: WaitOptions,
): Promise<NonNullable<T>> {
  const end = performance.now() + timeout_ms;
  let cause: unknown;
  for (;;) {
    try {
      const looked = look();
      const seen = looked instanceof Promise ? await lookedInTime(looked, end) : looked;
      if (seen) return seen;
      cause = undefined;
    } catch (error) {
      if (error instanceof HopelessError) throw error;
      cause = error;
    }
    if (performance.now() > end) {
      const reason = cause instanceof Error ? ` (${cause.message})` : "";
      throw new WaitError(`waited in vain: ${what}${reason}`, { cause });
    }
    await pause(interval_ms);
  }
}

/** One look may take longer than the time that is left, but not for ever. */
function lookedInTime<T>(looked: Promise<T>, end: number): Promise<T> {
  const left_ms = Math.max(end - performance.now(), 0) + LAST_LOOK_MS;
  return within("an answer to one look", looked, left_ms);
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
