import assert from "node:assert/strict";
import fc from "fast-check";
import { TimerHeap } from "../../../lib/loop/timer-heap.ts";

Deno.test("timers fire in the order of their times and of being set; those taken back never", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ at: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 60 }),
    (wanted) => {
      const heap = new TimerHeap();
      const fired: number[] = [];
      const timers = wanted.map(({ at }, i) => heap.add(at, () => fired.push(i)));
      wanted.forEach(({ cancelled }, i) => cancelled && timers[i]!.cancel());
      for (let now = 0; now <= 20; now++) {
        for (let callback = heap.takeDue(now); callback; callback = heap.takeDue(now)) callback();
      }
      const expected = wanted.map(({ at, cancelled }, i) => ({ at, cancelled, i }))
        .filter(({ cancelled }) => !cancelled)
        .sort((a, b) => a.at - b.at || a.i - b.i)
        .map(({ i }) => i);
      assert.deepEqual(fired, expected);
      assert.equal(heap.size, 0);
      assert.equal(heap.next_ms, Infinity);
    },
  ));
});

Deno.test("a timer that has fired can be taken back without harm to others", () => {
  const heap = new TimerHeap();
  const first = heap.add(1, () => {});
  heap.add(2, () => {});
  heap.takeDue(1);
  first.cancel();
  first.cancel();
  assert.equal(heap.size, 1);
  assert.equal(heap.next_ms, 2);
});
