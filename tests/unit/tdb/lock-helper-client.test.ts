import assert from "node:assert/strict";
import {
  LockHelperClient,
  type LockHelperListener,
  type LockHelperProcess,
  type SpawnLockHelper,
} from "../../../lib/tdb/mod.ts";
import { bytes } from "./support.ts";

const REQUEST = { path: "/x.tdb", flags: 0x1c41, key: bytes("a") };

/** A helper that the test plays itself. */
class FakeHelper implements LockHelperProcess {
  readonly pid: number;
  readonly sent: string[] = [];
  readonly listener: LockHelperListener;
  killed = false;

  constructor(pid: number, listener: LockHelperListener) {
    this.pid = pid;
    this.listener = listener;
  }

  send(line: string): void {
    this.sent.push(line);
  }

  kill(): void {
    this.killed = true;
  }

  end(): void {
    this.listener.ended("killed by test");
  }
}

function fakes() {
  const helpers: FakeHelper[] = [];
  const spawn: SpawnLockHelper = (listener) => {
    const helper = new FakeHelper(helpers.length + 1, listener);
    helpers.push(helper);
    return helper;
  };
  return { helpers, spawn };
}

function recorder() {
  const log: string[] = [];
  const events = {
    locked: () => void log.push("locked"),
    failed: (reason: string) => void log.push(`failed: ${reason}`),
    lost: (reason: string) => void log.push(`lost: ${reason}`),
  };
  return { log, events };
}

Deno.test("a helper is asked, unlocked and asked again", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const first = recorder();
  const lock = client.lock(REQUEST, first.events);
  assert.equal(lock.pid, 1);
  helpers[0]!.listener.line("0");
  lock.release();
  lock.release();
  helpers[0]!.listener.line("2");
  const second = recorder();
  assert.equal(client.lock({ ...REQUEST, key: undefined }, second.events).pid, 1);
  helpers[0]!.listener.line("1 no such file");
  assert.deepEqual(helpers[0]!.sent, [
    'L 1c41 0 61 "/x.tdb"',
    "U",
    'L 1c41 0 * "/x.tdb"',
  ]);
  assert.deepEqual(first.log, ["locked"]);
  assert.deepEqual(second.log, ["failed: no such file"]);
  client.close();
  assert.equal(helpers[0]!.killed, true);
});

Deno.test("a helper that unlocks serves the next, and not before it has done so", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const lock = client.lock(REQUEST, recorder().events);
  helpers[0]!.listener.line("0");
  lock.release();
  const next = recorder();
  assert.equal(client.lock(REQUEST, next.events).pid, 1);
  // It has one to serve: another lock takes another helper.
  assert.equal(client.lock(REQUEST, recorder().events).pid, 2);
  assert.deepEqual(helpers[0]!.sent, ['L 1c41 0 61 "/x.tdb"', "U"]);
  helpers[0]!.listener.line("2");
  assert.equal(helpers[0]!.sent.length, 3);
  helpers[0]!.listener.line("0");
  assert.deepEqual(next.log, ["locked"]);
});

Deno.test("who waits for a helper that unlocks can give up, and is told of its death", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const lock = client.lock(REQUEST, recorder().events);
  helpers[0]!.listener.line("0");
  lock.release();
  const given = recorder();
  client.lock(REQUEST, given.events).release();
  assert.equal(helpers[0]!.killed, false);
  const kept = recorder();
  assert.equal(client.lock(REQUEST, kept.events).pid, 1);
  helpers[0]!.end();
  assert.deepEqual([given.log, kept.log], [[], ["failed: killed by test"]]);
});

Deno.test("giving up a wait kills the helper and says nothing", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const { log, events } = recorder();
  client.lock(REQUEST, events).release();
  assert.equal(helpers[0]!.killed, true);
  helpers[0]!.listener.line("0"); // It was granted just before the signal came.
  helpers[0]!.end();
  assert.deepEqual(log, []);
  assert.equal(client.helperCount, 0);
});

Deno.test("the death of a helper fails the wait or loses the lock", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const waiting = recorder();
  client.lock(REQUEST, waiting.events);
  helpers[0]!.end();
  assert.deepEqual(waiting.log, ["failed: killed by test"]);
  const held = recorder();
  client.lock(REQUEST, held.events);
  helpers[1]!.listener.line("0");
  helpers[1]!.end();
  assert.deepEqual(held.log, ["locked", "lost: killed by test"]);
  assert.equal(client.helperCount, 0);
});

Deno.test("an old release does not touch the helper's next request", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  const old = client.lock(REQUEST, recorder().events);
  helpers[0]!.listener.line("1 failed");
  const { log, events } = recorder();
  client.lock(REQUEST, events);
  old.release();
  helpers[0]!.listener.line("0");
  assert.deepEqual(log, ["locked"]);
  assert.equal(helpers[0]!.killed, false);
});

Deno.test("a helper that talks nonsense is killed", () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask });
  client.lock(REQUEST, recorder().events);
  helpers[0]!.listener.line("0");
  helpers[0]!.listener.line("0");
  assert.equal(helpers[0]!.killed, true);
});

Deno.test("bounds: helpers at once, and idle ones", async () => {
  const { helpers, spawn } = fakes();
  const client = new LockHelperClient({ spawn, defer: queueMicrotask, maxHelpers: 3, maxIdle: 1 });
  client.prewarm();
  assert.equal(client.helperCount, 1);
  const locks = [1, 2, 3].map(() => client.lock(REQUEST, recorder().events));
  assert.deepEqual(locks.map((lock) => lock.pid), [1, 2, 3]);
  const refused = await new Promise<string>((resolve) => {
    const events = { ...recorder().events, failed: resolve };
    assert.equal(client.lock(REQUEST, events).pid, undefined);
  });
  assert.match(refused, /too many run: 3/);
  for (const [i, helper] of helpers.entries()) {
    helper.listener.line("0");
    locks[i]!.release();
    helper.listener.line("2");
  }
  assert.deepEqual(helpers.map((helper) => helper.killed), [false, true, true]);
});

Deno.test("a helper that cannot be started fails the request in a later turn", async () => {
  const client = new LockHelperClient({
    spawn: () => {
      throw new Error("no such program");
    },
    defer: queueMicrotask,
  });
  let later = false;
  const reason = new Promise<string>((resolve) => {
    client.lock(REQUEST, {
      ...recorder().events,
      failed: (text) => {
        assert.ok(later);
        resolve(text);
      },
    });
  });
  later = true;
  assert.equal(await reason, "no such program");
});
