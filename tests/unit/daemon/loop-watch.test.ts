import assert from "node:assert/strict";
import { type Clock, createLogger } from "../../../lib/base/mod.ts";
import { LoopWatch } from "../../../lib/daemon/edge/loop-watch.ts";

/** A clock whose timers fire when the test says so, as late as it likes. */
class ManualClock implements Clock {
  #now_ms = 0;
  #timers: { due_ms: number; callback: () => void }[] = [];

  now(): number {
    return this.#now_ms;
  }

  wallTime(): bigint {
    return BigInt(this.#now_ms) * 1000n;
  }

  setTimer(delay_ms: number, callback: () => void) {
    const timer = { due_ms: this.#now_ms + delay_ms, callback };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((t) => t !== timer)) };
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass without the loop running, then fires what is due. */
  stall(time_ms: number): void {
    this.#now_ms += time_ms;
    const due = this.#timers.filter((timer) => timer.due_ms <= this.#now_ms);
    this.#timers = this.#timers.filter((timer) => timer.due_ms > this.#now_ms);
    for (const { callback } of due) callback();
  }
}

function watch(cpuTime_ms: () => number) {
  const lines: string[] = [];
  const clock = new ManualClock();
  const log = createLogger((_level, _subsystem, text) => lines.push(text), () => 10);
  const loop = new LoopWatch({ clock, log, cpuTime_ms });
  loop.start();
  return { lines, clock, loop };
}

Deno.test("a loop that is held up for more than 3 s is an error line", () => {
  const { lines, clock, loop } = watch(() => 0);
  clock.stall(1000);
  clock.stall(3900);
  assert.deepEqual(lines, []);
  clock.stall(5200);
  assert.deepEqual(lines, ["Event loop held up for 4200 ms"]);
  loop.stop();
  assert.equal(clock.pending, 0);
});

Deno.test("CPU use is told when it is high, when that changes, and when it is over", () => {
  let cpu_ms = 0;
  const { lines, clock, loop } = watch(() => cpu_ms);
  const minute = (used_ms: number) => {
    cpu_ms += used_ms;
    for (let i = 0; i < 60; i++) clock.stall(1000);
  };
  minute(30_000);
  assert.deepEqual(lines, []);
  minute(57_000);
  minute(57_000);
  minute(60_000);
  minute(6_000);
  minute(6_000);
  assert.deepEqual(lines, [
    "CPU use of ctdbd: 95 %",
    "CPU use of ctdbd: 100 %",
    "CPU use of ctdbd: 10 %",
  ]);
  loop.stop();
});
