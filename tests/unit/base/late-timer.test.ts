import assert from "node:assert/strict";
import { setLateTimer } from "../../../lib/base/mod.ts";

Deno.test("a late timer fires in its turn, short ones before long ones", async () => {
  const order: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  setLateTimer(90, () => {
    order.push(90);
    resolve();
  });
  setLateTimer(1, () => order.push(1));
  setLateTimer(60, () => order.push(60));
  const cancelled = setLateTimer(30, () => order.push(30));
  cancelled.cancel();
  cancelled.cancel();
  await promise;
  assert.deepEqual(order, [1, 60, 90]);
});

Deno.test("a late timer that became a timer can be taken back", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let fired = false;
  const late = setLateTimer(150, () => fired = true);
  setLateTimer(100, () => {
    late.cancel();
    resolve();
  });
  await promise;
  await new Promise<void>((done) => setLateTimer(100, done));
  assert.equal(fired, false);
});
