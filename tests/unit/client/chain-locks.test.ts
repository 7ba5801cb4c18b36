import assert from "node:assert/strict";
import { ChainLocks } from "../../../lib/client/chain-locks.ts";
import { MemoryTdbFile } from "../../../lib/tdb/mod.ts";

const key = new TextEncoder().encode("key");

function twoProcesses() {
  const file = new MemoryTdbFile("locks.tdb", {});
  const mine = file.open({ owner: "mine" });
  const other = file.open({ owner: "other" });
  return { mine, other, locks: new ChainLocks(mine) };
}

Deno.test("tasks of one process get a chain one after the other, in their order", async () => {
  const { locks } = twoProcesses();
  const order: string[] = [];
  const task = async (name: string) => {
    const unlock = await locks.lock(key);
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    unlock();
  };
  await Promise.all([task("a"), task("b"), task("c")]);
  assert.deepEqual(order, ["a in", "a out", "b in", "b out", "c in", "c out"]);
});

Deno.test("a chain that another process holds is taken when it lets go", async () => {
  const { other, locks } = twoProcesses();
  other.chainLock(key);
  const locked = locks.lock(key);
  queueMicrotask(() => other.chainUnlock(key));
  const unlock = await locked;
  assert.equal(other.tryChainLock(key), false);
  unlock();
  assert.equal(other.tryChainLock(key), true);
});

Deno.test("an abort ends the waiting, and those behind get their turn", async () => {
  const { other, locks } = twoProcesses();
  other.chainLock(key);
  const controller = new AbortController();
  const first = locks.lock(key, controller.signal);
  const second = locks.lock(key);
  controller.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  other.chainUnlock(key);
  (await second)();
});

Deno.test("a chain is unlocked once", async () => {
  const { locks } = twoProcesses();
  const unlock = await locks.lock(key);
  unlock();
  assert.throws(unlock, /not locked/);
});
