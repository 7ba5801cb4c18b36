import assert from "node:assert/strict";
import {
  PULL_SLICE_CHAINS,
  PULL_SLICE_RECORDS,
  RECOVERY_SLICE_MS,
} from "../../../lib/limits/mod.ts";
import { PullSlices } from "../../../lib/records/recovery/pull-slices.ts";

/** The limits of `count` slices that take `time_ms` each, of records of 100 bytes. */
function limits(
  slices: PullSlices,
  clock: { at_ms: number },
  count: number,
  time_ms: number,
): { records: number; chains: number }[] {
  return Array.from(
    { length: count },
    () =>
      slices.run(({ records = 0, chains = 0 }) => {
        slices.count(100);
        clock.at_ms += time_ms;
        return { records, chains };
      }),
  );
}

Deno.test("a pull begins with small slices, and has large ones where they are quick", () => {
  const clock = { at_ms: 0, now: () => clock.at_ms };
  const slices = new PullSlices(clock);
  limits(slices, clock, 1, RECOVERY_SLICE_MS / 2);
  const [first, ...rest] = limits(slices, clock, 8, 0);
  assert.ok(first!.records < PULL_SLICE_RECORDS / 10, `${first!.records}`);
  assert.deepEqual(rest.at(-1), { records: PULL_SLICE_RECORDS, chains: PULL_SLICE_CHAINS });
});

Deno.test("a slice that took long is followed by one half as large, never by none", () => {
  const clock = { at_ms: 0, now: () => clock.at_ms };
  const slices = new PullSlices(clock);
  limits(slices, clock, 8, 0);
  const [large, half, ...rest] = limits(slices, clock, 20, 2 * RECOVERY_SLICE_MS);
  assert.equal(half!.records, large!.records / 2);
  assert.ok(rest.at(-1)!.records >= 4);
  assert.ok(rest.at(-1)!.chains >= 1);
});
