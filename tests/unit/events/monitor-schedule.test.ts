import { Errno } from "../../../lib/base/mod.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { MonitorSchedule } from "../../../lib/events/mod.ts";

const schedule = (monitorInterval_s = 15, monitorTimeoutCount = 20) =>
  new MonitorSchedule({
    monitorInterval_s: () => monitorInterval_s,
    monitorTimeoutCount: () => monitorTimeoutCount,
  });

Deno.test("an unchanged node is looked at after 2, 2, 4, 8, 15, 15 seconds", () => {
  const monitor = schedule();
  const pauses = [monitor.begin()];
  for (let i = 0; i < 5; i++) pauses.push(monitor.finished(1, true).delay_ms);
  assert.deepEqual(pauses, [2000, 2000, 4000, 8000, 15_000, 15_000]);
});

Deno.test("a normal start gives 2, 5, 10, 15", () => {
  const monitor = schedule();
  assert.equal(monitor.begin(), 2000);
  assert.deepEqual(monitor.finished(0, true), { delay_ms: 5000, change: "healthy", timeouts: 0 });
  assert.deepEqual(monitor.finished(0, false), { delay_ms: 10_000, timeouts: 0 });
  assert.equal(monitor.finished(0, false).delay_ms, 15_000);
  assert.equal(monitor.skipped(), 15_000);
  assert.equal(monitor.notSent(), 5000);
  assert.deepEqual(monitor.finished(1, false), {
    delay_ms: 5000,
    change: "unhealthy",
    timeouts: 0,
  });
});

Deno.test("a skipped round waits the same pause again and changes nothing", () => {
  const monitor = schedule();
  monitor.begin();
  monitor.finished(0, true);
  assert.deepEqual([monitor.skipped(), monitor.skipped()], [5000, 5000]);
  assert.equal(monitor.finished(0, false).delay_ms, 10_000);
});

Deno.test("timeouts count as nothing until there are too many in a row", () => {
  const monitor = schedule(15, 3);
  assert.equal(monitor.finished(Errno.ETIMEDOUT, false).change, undefined);
  assert.equal(monitor.finished(Errno.ETIMEDOUT, false).timeouts, 2);
  assert.equal(monitor.finished(Errno.ECANCELED, false).timeouts, 2);
  assert.equal(monitor.finished(Errno.ETIMEDOUT, false).change, "unhealthy");
  assert.equal(monitor.finished(Errno.ETIMEDOUT, true).change, undefined);
  assert.deepEqual(monitor.finished(0, true).timeouts, 0);
  assert.equal(monitor.finished(Errno.ETIMEDOUT, false).change, undefined);
});

Deno.test("a cancelled round never changes health, whatever came before", () => {
  fc.assert(fc.property(
    fc.array(fc.constantFrom(0, 1, Errno.ENOEXEC, Errno.ETIMEDOUT)),
    fc.boolean(),
    (results, unhealthy) => {
      const monitor = schedule();
      for (const result of results) monitor.finished(result, unhealthy);
      assert.equal(monitor.finished(Errno.ECANCELED, unhealthy).change, undefined);
    },
  ));
});

Deno.test("pauses are at least a second and at most the larger of 5 s and MonitorInterval", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.constantFrom(0, 1, 110, 125), fc.boolean()), { maxLength: 30 }),
    fc.integer({ min: 0, max: 100 }),
    (rounds, interval_s) => {
      const monitor = schedule(interval_s);
      for (const [result, unhealthy] of rounds) {
        const { delay_ms } = monitor.finished(result, unhealthy);
        assert.ok(delay_ms >= 1000 && delay_ms <= Math.max(5, interval_s) * 1000);
      }
    },
  ));
});
