import { errnoText } from "../../lib/base/mod.ts";
import { MAX_STRIDE_LOCKS } from "../../lib/limits/mod.ts";
import type { PingPongOptions } from "./options.ts";
import type { TestFile } from "./test-file.ts";

/** Who listens to the loop. */
export interface LoopObserver {
  /** Text for standard output. */
  print(text: string): void;
  /** About ten times a second: locks taken and given back since the last call. */
  onInterval(locks: number, elapsed_ms: number): void;
  /** Each byte that was read: how much it grew since the last visit, modulo 256. */
  onIncrement(increment: number): void;
}

/** How the loop ended. */
export type LoopEnd = "time is up" | "failed" | "lock not exclusive";

const RATE_LINE_MS = 1000;
const INTERVAL_MS = 100;
const SLOW_STRIDE_MS = 5;

/**
 * Goes around the bytes of the file: lock the next, look at and write this one, unlock it
 * (`cli.md` 7). Blocks the thread: what it measures is how fast locks come and go.
 *
 * @param end_ms ends the loop at this time of {@link performance.now}; otherwise only an error does
 */
export function runLoop(
  file: TestFile,
  options: PingPongOptions,
  observer: LoopObserver,
  end_ms = Infinity,
): LoopEnd {
  const { lockCount, reads, writes, checks } = options;
  if (!file.lock(0)) {
    observer.print(`initial lock at 0 failed! - ${errnoText(file.errno)}\n`);
    return "failed";
  }
  const pace = new Pace(observer, end_ms);
  const remembered = new Uint8Array(lockCount);
  let increment = 0;
  let shownIncrement = 0;
  let iterations = 0;
  for (let here = 0;; iterations++) {
    const next = here + 1 === lockCount ? 0 : here + 1;
    if (!file.lock(next)) observer.print(failure("lock", next, file));
    if (checks && !file.isFree(here) && reportConflict(file, here, observer)) {
      return "lock not exclusive";
    }
    if (reads) {
      const value = file.read(here);
      if (value < 0) {
        observer.print(`read failed at ${here}\n`);
      } else {
        increment = (value - remembered[here]!) & 0xff;
        remembered[here] = value;
        if (iterations >= lockCount) observer.onIncrement(increment);
      }
    }
    if (writes && !file.write(here, remembered[here]! + 1)) {
      observer.print(`write failed at ${here}\n`);
    }
    if (!file.unlock(here)) observer.print(failure("unlock", here, file));
    if (increment !== shownIncrement && iterations > lockCount) {
      shownIncrement = increment;
      observer.print(`data increment = ${signedByte(increment)}\n`);
    }
    if (pace.tick()) return "time is up";
    here = next;
  }
}

/** Counts iterations, and looks at the clock now and then. */
class Pace {
  readonly #observer: LoopObserver;
  readonly #end_ms: number;
  #stride = 1;
  #untilLook = 1;
  #looked_ms = performance.now();
  #interval = { start_ms: this.#looked_ms, iterations: 0 };
  #rateLine = { start_ms: this.#looked_ms, iterations: 0 };

  constructor(observer: LoopObserver, end_ms: number) {
    this.#observer = observer;
    this.#end_ms = end_ms;
  }

  /** Counts one iteration; true when the time is up. */
  tick(): boolean {
    if (--this.#untilLook > 0) return false;
    return this.#look();
  }

  #look(): boolean {
    const now_ms = performance.now();
    this.#interval.iterations += this.#stride;
    this.#rateLine.iterations += this.#stride;
    const slow = now_ms - this.#looked_ms > SLOW_STRIDE_MS;
    this.#stride = slow ? 1 : Math.min(MAX_STRIDE_LOCKS, this.#stride * 2);
    this.#untilLook = this.#stride;
    this.#looked_ms = now_ms;
    if (now_ms - this.#interval.start_ms >= INTERVAL_MS) this.#endInterval(now_ms);
    if (now_ms - this.#rateLine.start_ms > RATE_LINE_MS) this.#printRate(now_ms);
    return now_ms >= this.#end_ms;
  }

  #endInterval(now_ms: number): void {
    const { start_ms, iterations } = this.#interval;
    this.#observer.onInterval(2 * iterations, now_ms - start_ms);
    this.#interval = { start_ms: now_ms, iterations: 0 };
  }

  #printRate(now_ms: number): void {
    const { start_ms, iterations } = this.#rateLine;
    const rate = Math.floor((2 * iterations * 1000) / (now_ms - start_ms));
    this.#observer.print(`${String(rate).padStart(8)} locks/sec\r`);
    this.#rateLine = { start_ms: now_ms, iterations: 0 };
  }
}

/** Tells who has the lock that we hold; false if that has passed. */
function reportConflict(file: TestFile, byte: number, observer: LoopObserver): boolean {
  const found = file.conflict(byte, 1);
  if (found === undefined) return false;
  observer.print(found === null ? checkFailure(file) : describeConflict(found));
  return true;
}

/** The C tool's words on a lock that is held by somebody else. */
export function describeConflict(
  lock: { pid: number; type: number; start: number; length: number },
): string {
  const { pid, type, start, length } = lock;
  return "check_lock failed: lock held: " +
    `pid='${pid}', type='${type}', start='${start}', len='${length}'\n`;
}

/** The C tool's words on a lock that could not be looked at. */
export function checkFailure(file: TestFile): string {
  return `error calling fcntl F_GETLCK: ${errnoText(file.errno)}\n`;
}

function failure(what: "lock" | "unlock", byte: number, file: TestFile): string {
  return `${what} at ${byte} failed! - ${errnoText(file.errno)}\n`;
}

function signedByte(value: number): number {
  return value > 127 ? value - 256 : value;
}
