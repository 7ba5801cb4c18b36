import assert from "node:assert/strict";
import { createLogger } from "../../../lib/base/mod.ts";
import { LoopWatch } from "../../../lib/daemon/edge/loop-watch.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

function watch(cpuTime_ms: () => number) {
  const lines: string[] = [];
  const clock = new VirtualClock();
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
