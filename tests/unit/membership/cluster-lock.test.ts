import assert from "node:assert/strict";
import { type Clock, nullLogger } from "../../../lib/base/mod.ts";
import {
  ClusterLock,
  ClusterLockError,
  lockHelperCommand,
  type LockResult,
} from "../../../lib/membership/mod.ts";

/** Helpers that say and do what a test wants. */
function setUp() {
  const helpers: { status: (s: string) => void; end: () => void; terminated: boolean }[] = [];
  const timers: { delay_ms: number; callback: () => void; cancelled: boolean }[] = [];
  const clock: Clock = {
    now: () => 0,
    wallTime: () => 0n,
    setTimer(delay_ms, callback) {
      const timer = { delay_ms, callback, cancelled: false };
      timers.push(timer);
      return { cancel: () => void (timer.cancelled = true) };
    },
  };
  const lock = new ClusterLock(["helper", "file"], {
    clock,
    log: nullLogger,
    onLatency: () => {},
    launcher: {
      launch(_argv, status, end) {
        const helper = { status, end, terminated: false };
        helpers.push(helper);
        return { terminate: () => void (helper.terminated = true) };
      },
    },
  });
  return { lock, helpers, timers };
}

Deno.test("a lock setting is a path for the helper, or a command of its own", () => {
  assert.deepEqual(lockHelperCommand("/lock/file", ["fcntl", "-x"]), ["fcntl", "-x", "/lock/file"]);
  assert.deepEqual(lockHelperCommand("!/bin/etcd  a\tb", ["fcntl"]), ["/bin/etcd", "a", "b"]);
  assert.deepEqual(lockHelperCommand("! cmd", ["fcntl"]), ["cmd"]);
  assert.throws(() => lockHelperCommand("! ", ["fcntl"]), ClusterLockError);
});

Deno.test("the lock is held from the helper's 0 until it ends or is told to", () => {
  const { lock, helpers, timers } = setUp();
  let lost = 0;
  const results: LockResult[] = [];
  lock.take((result) => results.push(result), () => lost++);
  assert.equal(lock.held, false);
  helpers[0]!.status("0");
  assert.deepEqual(results, ["taken"]);
  assert.equal(lock.held, true);
  assert.ok(timers.every((timer) => timer.cancelled));
  helpers[0]!.end();
  assert.deepEqual([lock.held, lost], [false, 1]);
});

for (const [status, result] of [["1", "contended"], ["2", "timed out"], ["3", "error"]] as const) {
  Deno.test(`a helper's ${status} is: ${result}, and the helper is ended`, () => {
    const { lock, helpers } = setUp();
    const results: LockResult[] = [];
    lock.take((taken) => results.push(taken), () => assert.fail("nothing to lose"));
    helpers[0]!.status(status);
    assert.deepEqual(results, [result]);
    assert.deepEqual([lock.held, helpers[0]!.terminated], [false, true]);
    helpers[0]!.end();
  });
}

Deno.test("a helper that ends without a word, or says nothing in time, took no lock", () => {
  const { lock, helpers, timers } = setUp();
  const results: LockResult[] = [];
  lock.take((result) => results.push(result), () => {});
  helpers[0]!.end();
  assert.deepEqual(results, ["error"]);
  lock.take((result) => results.push(result), () => {});
  timers.at(-1)!.callback();
  assert.deepEqual(results, ["error", "timed out"]);
  assert.equal(helpers[1]!.terminated, true);
});

Deno.test("two who want the lock at once get one helper; a release ends it without a loss", () => {
  const { lock, helpers } = setUp();
  const results: LockResult[] = [];
  lock.take((result) => results.push(result), () => assert.fail("released, not lost"));
  lock.take((result) => results.push(result), () => {});
  assert.equal(helpers.length, 1);
  helpers[0]!.status("0");
  assert.deepEqual(results, ["taken", "taken"]);
  lock.release();
  assert.deepEqual([lock.held, helpers[0]!.terminated], [false, true]);
});

Deno.test("the check at the end of a recovery uses a helper of its own and keeps nothing", () => {
  const { lock, helpers } = setUp();
  const results: LockResult[] = [];
  lock.check((result) => results.push(result));
  helpers[0]!.status("0");
  assert.deepEqual(results, ["taken"]);
  assert.deepEqual([lock.held, helpers[0]!.terminated], [false, true]);
});
