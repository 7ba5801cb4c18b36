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
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeout_ms = 60_000, interval_ms = 50 }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeout_ms;
  let cause: unknown;
  for (;;) {
    try {
      const seen = await look();
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

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
