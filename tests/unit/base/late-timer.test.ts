import assert from "node:assert/strict";
import { LateTimers, setLateTimer } from "../../../lib/base/mod.ts";
import { VirtualClock } from "../../../testing/mod.ts";

/** Late timers on virtual time, and how many of the runtime's timers there have been. */
function late() {
  const clock = new VirtualClock();
  let real = 0;
  const timers = new LateTimers({
    now: () => clock.now(),
    setTimer(delay_ms, callback) {
      real++;
      return clock.setTimer(delay_ms, callback);
    },
    afterGrace: (delay_ms, callback) => void clock.setTimer(delay_ms, callback),
  });
  return { clock, timers, real: () => real };
}

Deno.test("a late timer fires at its time, short ones before long ones", () => {
  const { clock, timers } = late();
  const fired: [number, number][] = [];
  for (const delay_ms of [90, 1, 60]) {
    timers.set(delay_ms, () => fired.push([delay_ms, clock.now()]));
  }
  const cancelled = timers.set(30, () => fired.push([30, clock.now()]));
  cancelled.cancel();
  cancelled.cancel();
  clock.advance(40);
  timers.set(30, () => fired.push([70, clock.now()]));
  clock.advance(1000);
  assert.deepEqual(fired, [[1, 1], [60, 60], [70, 70], [90, 90]]);
});

Deno.test("a program that has ended by then sets no timer of the runtime's", () => {
  const { clock, timers, real } = late();
  timers.set(1000, () => assert.fail("it has ended"));
  clock.advance(24);
  assert.equal(real(), 0);
  clock.advance(1);
  assert.equal(real(), 1);
});

Deno.test("a late timer that became a timer can be taken back", () => {
  const { clock, timers, real } = late();
  const timer = timers.set(150, () => assert.fail("it was taken back"));
  clock.advance(100);
  assert.equal(real(), 1);
  timer.cancel();
  clock.advance(1000);
});

Deno.test("a late timer whose time has passed while the process stood fires at once", () => {
  const { clock, timers } = late();
  let fired_ms = NaN;
  timers.set(30, () => fired_ms = clock.now());
  clock.stall(500);
  clock.advance(0);
  assert.equal(fired_ms, 500);
});

Deno.test("the program's own late timers fire", async () => {
  await new Promise<void>((done) => setLateTimer(30, done));
});
