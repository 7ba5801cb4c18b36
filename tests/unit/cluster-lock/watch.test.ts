import assert from "node:assert/strict";
import { FileWatch, LockError, ParentWatch } from "../../../lib/cluster-lock/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

const timing = { recheck_ms: 5000, pingTimeout_ms: 0 };

/** What a watch said, once it said something. */
function follow(lost: Promise<{ kind: string; message: string }>): string[] {
  const said: string[] = [];
  void lost.then(({ kind, message }) => said.push(`${kind}: ${message}`));
  return said;
}

Deno.test("the file is checked at once and after each pause", async () => {
  const clock = new VirtualClock();
  let checks = 0;
  const watch = new FileWatch(clock, timing, () => {
    checks++;
    return Promise.resolve();
  });
  await clock.run(0);
  assert.equal(checks, 1);
  await clock.run(20_000);
  assert.equal(checks, 5);
  watch.stop();
  await clock.run(20_000);
  assert.equal(checks, 5);
  assert.equal(clock.pending, 0);
});

Deno.test("a check that fails loses the lock; its reason is told", async () => {
  const clock = new VirtualClock();
  let checks = 0;
  const watch = new FileWatch(
    clock,
    timing,
    () => ++checks < 3 ? Promise.resolve() : Promise.reject(new LockError("inode changed")),
  );
  const said = follow(watch.lost);
  await clock.run(9999);
  assert.deepEqual(said, []);
  await clock.run(1);
  assert.deepEqual(said, ["lost: lock lost - inode changed"]);
  assert.equal(clock.pending, 0);
});

Deno.test("a check that hangs is waited for, unless there is a ping timeout", async () => {
  const clock = new VirtualClock();
  const hang = () => new Promise<void>(() => {});
  const patient = new FileWatch(clock, timing, hang);
  const watch = new FileWatch(clock, { ...timing, pingTimeout_ms: 3000 }, hang);
  const [never, said] = [follow(patient.lost), follow(watch.lost)];
  await clock.run(2999);
  assert.deepEqual(said, []);
  await clock.run(1);
  assert.deepEqual(said, ["lost: ping timeout from lock test"]);
  await clock.run(1_000_000);
  assert.deepEqual(never, []);
});

Deno.test("no pause between checks means no checks", async () => {
  const clock = new VirtualClock();
  const watch = new FileWatch(
    clock,
    { recheck_ms: 0, pingTimeout_ms: 1 },
    () => Promise.reject(new LockError("never asked")),
  );
  const said = follow(watch.lost);
  await clock.run(1_000_000);
  assert.deepEqual(said, []);
});

Deno.test("a parent that is gone releases the lock within a second", async () => {
  const clock = new VirtualClock();
  let gone = false;
  const watch = new ParentWatch(clock, () => gone);
  const said = follow(watch.lost);
  await clock.run(10_000);
  assert.deepEqual(said, []);
  gone = true;
  await clock.run(1000);
  assert.deepEqual(said, ["released: parent gone"]);
  assert.equal(clock.pending, 0);
  const stopped = new ParentWatch(clock, () => false);
  stopped.stop();
  assert.equal(clock.pending, 0);
});
