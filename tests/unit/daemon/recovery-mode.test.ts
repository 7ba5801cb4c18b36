import assert from "node:assert/strict";
import { nullLogger } from "../../../lib/base/mod.ts";
import { NodeState } from "../../../lib/daemon/node-state.ts";
import { RecoveryModeSwitch } from "../../../lib/daemon/recovery-mode.ts";
import { type ClusterLock, type LockResult, NodeMap } from "../../../lib/membership/mod.ts";
import type { Records } from "../../../lib/records/mod.ts";
import { RecoveryMode } from "../../../lib/wire/mod.ts";

const { ACTIVE, NORMAL } = RecoveryMode;

/** A node in recovery mode, whose lock checks end when a test says so. */
function setUp({ clusterLock = true } = {}) {
  const nodes = new NodeMap([{ pnn: 0, address: "10.0.0.1", deleted: false }]);
  nodes.identify("10.0.0.1");
  const state = new NodeState({ nodes, tunable: () => 0, capabilities: 3, startTime_us: 0n });
  state.adoptMap(1000, [0]);
  const checks: ((result: LockResult) => void)[] = [];
  const lock = { check: (done: (result: LockResult) => void) => void checks.push(done) };
  const modes: number[] = [];
  let allowed = true;
  const mode = new RecoveryModeSwitch({
    state,
    log: nullLogger,
    records: {
      recoveryModeChanged: (now: number) => void modes.push(now),
      setRecmodeNormalAllowed: () => allowed,
      thawAll: () => {},
    } as unknown as Records,
    lock: clusterLock ? lock as ClusterLock : undefined,
    changed: () => {},
  });
  const answers: number[] = [];
  const request = (wanted: number) => mode.request(wanted, (status) => void answers.push(status));
  return { state, checks, modes, mode, request, answers, forbid: () => void (allowed = false) };
}

Deno.test("a node leaves recovery mode when it cannot have the lock", () => {
  const { checks, request, answers, state } = setUp();
  request(NORMAL);
  assert.deepEqual([state.recoveryMode, answers], [ACTIVE, []]);
  checks[0]!("contended");
  assert.deepEqual([state.recoveryMode, answers], [NORMAL, [0]]);
});

Deno.test("without a cluster lock it leaves at once", () => {
  const { request, answers, state } = setUp({ clusterLock: false });
  request(NORMAL);
  assert.deepEqual([state.recoveryMode, answers], [NORMAL, [0]]);
});

for (
  const [what, happen] of [
    ["a new leader's recovery", ({ request }) => request(ACTIVE)],
    ["a ban", ({ mode, state }) => {
      state.becomeInactive();
      mode.enter("the node became inactive");
    }],
    ["another generation", ({ state }) => state.adoptMap(2000, [0])],
    ["a database of another generation", ({ forbid }) => forbid()],
  ] as readonly [string, (made: ReturnType<typeof setUp>) => void][]
) {
  for (const result of ["contended", "timed out"] as const) {
    Deno.test(`${what} while the lock is checked (${result}) is not undone by its end`, () => {
      const made = setUp();
      made.request(NORMAL);
      happen(made);
      made.checks[0]!(result);
      assert.equal(made.state.recoveryMode, ACTIVE);
      assert.deepEqual(made.modes, []);
      assert.equal(made.answers.at(-1), -1);
    });
  }
}

Deno.test("two who want out at once get out once", () => {
  const { checks, request, answers, modes } = setUp();
  request(NORMAL);
  request(NORMAL);
  for (const check of checks) check("contended");
  assert.deepEqual([answers, modes], [[0, 0], [NORMAL]]);
});
