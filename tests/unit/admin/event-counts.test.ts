/** What is counted of a node's events. */
import assert from "node:assert/strict";
import { EventCounts } from "../../../lib/admin/metrics/event-counts.ts";
import type { Happening } from "../../../lib/base/mod.ts";

/** The values of a family by its labels. */
function valuesOf(counts: EventCounts, name: string): Record<string, number> {
  const family = counts.families().find((one) => one.name === name)!;
  return Object.fromEntries(
    family.samples.map(({ labels = {}, value }) => [Object.values(labels).join(" "), value]),
  );
}

Deno.test("recoveries are counted by their kind of reason, in a fixed number of series", () => {
  const counts = new EventCounts();
  const take = (happening: Happening) =>
    counts.take({ id: 1, time_ms: 0, node: 0, happening } as never);
  const shared = { reason: "node 77 is in recovery mode", generation: 5, duration_ms: 10 };
  for (let i = 0; i < 3; i++) {
    take({ kind: "recovery-finished", ...shared, cause: "recovery_mode", steps: [] });
  }
  take({ kind: "recovery-failed", ...shared, cause: "members", failure: "node 1 is silent" });
  take({ kind: "recovery-finished", ...shared, cause: "retry", steps: [] });
  const values = valuesOf(counts, "ctdb_recoveries");
  assert.equal(Object.keys(values).length, 10);
  const counted = Object.entries(values).filter(([, value]) => value > 0);
  assert.deepEqual(Object.fromEntries(counted), {
    "finished recovery_mode": 3,
    "failed members": 1,
    "finished retry": 1,
  });
});
