import assert from "node:assert/strict";
import { type Clock, nullLogger, type Procedure, wait } from "../../../lib/base/mod.ts";
import { endOf } from "../base/end-of.ts";
import { OperationGate } from "../../../lib/recovery/mod.ts";

/** An operation that is over at once. */
function at(text: string): Procedure<string> {
  return wait((done) => done(text));
}

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
  assert.equal(await endOf(gate.run(at("done"))), undefined);
  timers[0]!.callback();
  assert.deepEqual([gate.disabled, enabled], [false, 1]);
  gate.disable(20);
  gate.disable(0);
  assert.deepEqual([gate.disabled, enabled], [false, 2]);
  assert.equal(await endOf(gate.run(at("done"))), "done");
});

Deno.test("what runs cannot be disabled, and does not run twice at once", async () => {
  const { gate } = setUp();
  let resolve: (text: string) => void = () => {};
  const running = endOf(gate.run(wait<string>((done) => void (resolve = done))));
  assert.equal(gate.disable(20), -11);
  assert.equal(await endOf(gate.run(at("second"))), undefined);
  resolve("first");
  assert.equal(await running, "first");
  assert.equal(gate.disable(20), 0);
});

Deno.test("an operation that fails leaves the gate open", async () => {
  const { gate } = setUp();
  await assert.rejects(endOf(gate.run(wait((_done, failed) => failed(new Error("failed"))))));
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
