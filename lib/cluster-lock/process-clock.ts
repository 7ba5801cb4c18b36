import { type Clock, errno, systemClock } from "../base/mod.ts";
import { lockLibc } from "./libc.ts";
import { SystemCallError } from "./errors.ts";

/** Counts on while the machine is suspended, as CLOCK_MONOTONIC does not. */
const CLOCK_BOOTTIME = 7;

/**
 * The machine's clock for leases: after a suspend, a lease that somebody else counts has run out,
 * and the holder must know it at once.
 */
export const bootClock: Clock = { ...systemClock, now: boottime_ms };

function boottime_ms(): number {
  const timespec = new BigInt64Array(2);
  if (lockLibc().clock_gettime(CLOCK_BOOTTIME, new Uint8Array(timespec.buffer)) !== 0) {
    throw new SystemCallError("clock_gettime CLOCK_BOOTTIME", errno());
  }
  return Number(timespec[0]) * 1000 + Number(timespec[1]) / 1e6;
}
