import assert from "node:assert/strict";
import { InvariantError } from "../../../lib/base/mod.ts";
import { DatabasePhase } from "../../../lib/records/database-phase.ts";

Deno.test("a database is frozen by way of pending, and thawed from anywhere", () => {
  const phase = new DatabasePhase();
  assert.equal(phase.freeze, "none");
  assert.throws(() => phase.frozenNow(), InvariantError);
  phase.freezing();
  assert.throws(() => phase.freezing(), InvariantError);
  phase.thawed();
  phase.freezing();
  phase.frozenNow();
  assert.equal(phase.freeze, "frozen");
  assert.throws(() => phase.frozenNow(), InvariantError);
  phase.thawed();
  phase.thawed();
  assert.equal(phase.freeze, "none");
});

Deno.test("an outdated file is one until the thaw, a damaged one until it is replaced", () => {
  const phase = new DatabasePhase();
  phase.becameOutdated();
  phase.commitFailed();
  phase.freezing();
  phase.frozenNow();
  assert.deepEqual([phase.outdated, phase.damaged], [true, true]);
  phase.thawed();
  assert.deepEqual([phase.outdated, phase.damaged], [false, true]);
  phase.replacedAsAWhole();
  assert.equal(phase.damaged, false);
});
