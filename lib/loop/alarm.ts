import { errno, errnoText } from "../base/mod.ts";
import { LoopError } from "./errors.ts";
import { libc, type LoopLibc } from "./libc.ts";
import type { MonotonicClock } from "./monotonic.ts";

const TFD_NONBLOCK = 0o4000;
const TFD_CLOEXEC = 0o2000000;
const TFD_TIMER_ABSTIME = 1;
/** `struct itimerspec` in 32-bit words: no interval, then seconds and nanoseconds of 64 bits each. */
const TIMER_WORDS = 8;
const SECONDS = 4;
const NANOSECONDS = 6;

/**
 * Wakes a loop that waits without a time-out. A wait with one has the kernel set a timer and take it
 * back each time; the alarm stays set, for the next timer or for one that there is no more.
 */
export class Alarm {
  /** Can be read from the moment on that was asked for. Nobody needs to read it. */
  readonly fd: number;
  readonly #libc: LoopLibc = libc();
  readonly #clock: MonotonicClock;
  readonly #time = new Uint32Array(TIMER_WORDS);
  #at_ms = Infinity;

  /** @throws {LoopError} the kernel gives no descriptor */
  constructor(clock: MonotonicClock) {
    this.#clock = clock;
    this.fd = this.#libc.timerfd_create(this.#clock.id, TFD_NONBLOCK | TFD_CLOEXEC);
    if (this.fd < 0) throw new LoopError(`make a timer: ${errnoText(errno())}`);
  }

  /** Rings at `time_ms` of the clock at the latest; it may ring earlier, for what is no more. */
  ringBy(time_ms: number): void {
    if (time_ms >= this.#at_ms) return;
    this.#at_ms = time_ms;
    const uptime_ms = this.#clock.uptime_ms(time_ms);
    const seconds = Math.floor(uptime_ms / 1000);
    this.#time[SECONDS] = seconds;
    // Too early by less than this is nothing: the loop looks, and asks again.
    this.#time[NANOSECONDS] = Math.min(Math.ceil((uptime_ms - seconds * 1000) * 1e6), 999_999_999);
    if (this.#libc.timerfd_settime(this.fd, TFD_TIMER_ABSTIME, this.#time, null) === 0) return;
    throw new LoopError(`set a timer to ${time_ms} ms: ${errnoText(errno())}`);
  }

  /** It has rung, and is not set any more. */
  rung(): void {
    this.#at_ms = Infinity;
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}
