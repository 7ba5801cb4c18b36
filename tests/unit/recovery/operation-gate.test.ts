import assert from "node:assert/strict";
import { type Clock, nullLogger } from "../../../lib/base/mod.ts";
import { OperationGate } from "../../../lib/recovery/mod.ts";

function setUp() {
  const timers: { callback: () => void; cancelled: boolean }[] = [];
  const clock: Clock = {
    now: () => 0,
    wallTime: () => 0n,
    setTimer(_delay_ms, callback) {
      const timer = { callback, cancelled: false };
      timers.push(timer);
      return { cancel: () => void (timer.cancelled = true) };
    },
  };
  return { gate: new OperationGate("recoveries", clock, nullLogger), timers };
}

Deno.test("what is disabled does not run, until its time is over or somebody enables it", async () => {
  const { gate, timers } = setUp();
  let enabled = 0;
  gate.onEnabled = () => enabled++;
  assert.equal(gate.disable(20), 0);
  assert.equal(await gate.run(() => Promise.resolve("done")), undefined);
  timers[0]!.callback();
  assert.deepEqual([gate.disabled, enabled], [false, 1]);
  gate.disable(20);
  gate.disable(0);
  assert.deepEqual([gate.disabled, enabled], [false, 2]);
  assert.equal(await gate.run(() => Promise.resolve("done")), "done");
});

Deno.test("what runs cannot be disabled, and does not run twice at once", async () => {
  const { gate } = setUp();
  const { promise, resolve } = Promise.withResolvers<string>();
  const running = gate.run(() => promise);
  assert.equal(gate.disable(20), -11);
  assert.equal(await gate.run(() => Promise.resolve("second")), undefined);
  resolve("first");
  assert.equal(await running, "first");
  assert.equal(gate.disable(20), 0);
});

Deno.test("an operation that fails leaves the gate open", async () => {
  const { gate } = setUp();
  await assert.rejects(gate.run(() => Promise.reject(new Error("failed"))));
  assert.equal(gate.running, false);
});

Deno.test("a rest can be ended from within, an administrator's order cannot", () => {
  const { gate } = setUp();
  gate.rest(10);
  assert.equal(gate.disabled, true);
  assert.equal(gate.wakeUp(), true);
  gate.rest(10);
  gate.disable(20);
  assert.equal(gate.wakeUp(), false);
  assert.equal(gate.disabled, true);
});
