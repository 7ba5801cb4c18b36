import assert from "node:assert/strict";
import { InvariantError } from "../../../lib/base/mod.ts";
import { NodeState } from "../../../lib/daemon/node-state.ts";
import { NodeMap } from "../../../lib/membership/mod.ts";
import { Capability, INVALID_GENERATION, RecoveryMode, RunState } from "../../../lib/wire/mod.ts";

function make(): NodeState {
  const nodes = new NodeMap([{ pnn: 0, address: "10.0.0.1", deleted: false }]);
  nodes.identify("10.0.0.1");
  return new NodeState({ nodes, tunable: () => 0, capabilities: 0, startTime_us: 0n });
}

Deno.test("run states go on and never back", () => {
  const state = make();
  state.advance(RunState.INIT);
  state.advance(RunState.SHUTDOWN);
  for (const runstate of [RunState.SETUP, RunState.SHUTDOWN]) {
    assert.throws(() => state.advance(runstate), InvariantError);
  }
  assert.equal(state.runstate, RunState.SHUTDOWN);
});

Deno.test("a vnn map is adopted in recovery mode only", () => {
  const state = make();
  state.beginWithMap([0]);
  assert.throws(() => state.beginWithMap([0]), InvariantError);
  state.adoptMap(5, [0]);
  state.setRecoveryMode(RecoveryMode.NORMAL);
  assert.throws(() => state.adoptMap(6, [0]), InvariantError);
  assert.equal(state.generation, 5);
  state.becomeInactive();
  assert.equal(state.generation, INVALID_GENERATION);
});

Deno.test("one capability changes no other", () => {
  const state = make();
  state.setCapability(Capability.LMASTER, true);
  state.setCapability(Capability.RECMASTER, true);
  state.setCapability(Capability.LMASTER, false);
  assert.equal(state.capabilities, Capability.RECMASTER);
});
