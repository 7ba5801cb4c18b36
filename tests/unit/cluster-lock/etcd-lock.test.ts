import assert from "node:assert/strict";
import fc from "fast-check";
import { type EtcdApi, EtcdLock, EtcdRefusedError } from "../../../lib/cluster-lock/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { calm, FakeEtcd, type Weather } from "./fake-etcd.ts";

const KEY = "lock";
const TTL_S = 10;
/** Three quarters of the lease. */
const USED_MS = 7500;
const TICK_MS = 200;

/** A lock, and what it said since it was taken. */
function createLock(api: EtcdApi, clock: VirtualClock, ttl_s = TTL_S) {
  const lock = new EtcdLock(api, { key: KEY, value: "a node", ttl_s }, clock);
  const seen: { message: string | undefined } = { message: undefined };
  void lock.lost.then(({ message }) => seen.message = message);
  return { lock, seen };
}

/** Runs virtual time until the promise is settled. */
async function finish<T>(promise: Promise<T>, clock: VirtualClock): Promise<T> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  promise.then(done, done);
  for (let turn = 0; turn < 1000 && !settled; turn++) await clock.run(100);
  assert.ok(settled, "settled in time");
  return await promise;
}

async function taken(etcd: FakeEtcd, clock: VirtualClock, cutOff?: () => boolean) {
  const created = createLock(etcd.connect(cutOff), clock);
  assert.equal(await finish(created.lock.take(1000), clock), "taken");
  return created;
}

Deno.test("one node holds the lock, the next gets it when it is released", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const first = await taken(etcd, clock);
  await clock.run(60_000);
  assert.equal(first.seen.message, undefined);
  const second = createLock(etcd.connect(), clock);
  assert.equal(await finish(second.lock.take(1000), clock), "contended");
  await finish(second.lock.release(), clock);
  await finish(first.lock.release(), clock);
  const third = await taken(etcd, clock);
  assert.equal(first.seen.message, undefined);
  await finish(third.lock.release(), clock);
  assert.equal(clock.pending, 0);
});

Deno.test("etcd falls silent: the holder gives up before the lease can run out", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const { seen } = await taken(etcd, clock);
  // The last renewal is at most a quarter of the lease ago.
  await clock.run(60_000);
  etcd.stopped = true;
  await clock.run(USED_MS - TTL_S * 250 - TICK_MS);
  assert.equal(seen.message, undefined);
  await clock.run(TTL_S * 250 + 2 * TICK_MS);
  assert.equal(seen.message, "lock lost - no answer from etcd, lease runs out");
  // Requests that are under way end by themselves; nothing else is left.
  await clock.run(2000);
  assert.equal(clock.pending, 0);
});

Deno.test("etcd is silent for less than the lease: the lock is kept", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const { lock, seen } = await taken(etcd, clock);
  for (let round = 0; round < 5; round++) {
    etcd.stopped = true;
    await clock.run(4000);
    etcd.stopped = false;
    await clock.run(3000);
  }
  assert.equal(seen.message, undefined);
  await finish(lock.release(), clock);
});

Deno.test("the key is deleted by hand: the holder knows at once", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const { seen } = await taken(etcd, clock);
  await clock.run(1000);
  etcd.deleteKey(KEY);
  await clock.run(1);
  assert.equal(seen.message, 'lock lost - key "lock" was deleted or taken');
});

Deno.test("etcd has forgotten the lease: the lock is lost", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const { seen } = await taken(etcd, clock);
  etcd.dropLeases();
  await clock.run(1);
  assert.match(seen.message ?? "", /^lock lost - /);
});

Deno.test("the machine slept longer than the lease: the first look at the clock tells", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const { seen } = await taken(etcd, clock);
  await clock.run(1000);
  clock.sleep(3_600_000);
  await clock.run(TICK_MS);
  assert.equal(seen.message, "lock lost - no answer from etcd, lease runs out");
});

Deno.test("etcd cannot be reached: tried until the time is up", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  etcd.stopped = true;
  const { lock } = createLock(etcd.connect(), clock);
  const started_ms = clock.now();
  assert.equal(await finish(lock.take(5000), clock), "timed out");
  assert.ok(clock.now() - started_ms >= 5000);
});

Deno.test("the answer to the creation is lost: the next attempt finds its own key", async () => {
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock);
  const api = etcd.connect();
  let lose = true;
  const forgetful: EtcdApi = {
    ...api,
    createKey: async (key, value, lease) => {
      const state = await api.createKey(key, value, lease);
      if (!lose) return state;
      lose = false;
      const silent = etcd.connect(() => true);
      return await silent.readKey(key);
    },
  };
  const { lock } = createLock(forgetful, clock);
  assert.equal(await finish(lock.take(10_000), clock), "taken");
  await finish(lock.release(), clock);
});

Deno.test("etcd refuses: an error, not an answer", async () => {
  const clock = new VirtualClock();
  const api: EtcdApi = {
    ...new FakeEtcd(clock).connect(),
    grantLease: () => Promise.reject(new EtcdRefusedError("permission denied")),
  };
  const { lock } = createLock(api, clock);
  await assert.rejects(finish(lock.take(1000), clock), /permission denied/);
});

/** A small generator, so that a failure is repeated by its seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

Deno.test("in any weather there are never two holders", async () => {
  let takings = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 4, max: 20 }), async (seed, ttl_s) => {
      takings += await storm(seed, ttl_s);
    }),
    { numRuns: 40 },
  );
  assert.ok(takings > 40, `the lock was taken: ${takings} times`);
});

/** Three nodes want the lock while messages are delayed, lost, and nodes are cut off. */
async function storm(seed: number, ttl_s: number): Promise<number> {
  const random = generator(seed);
  const weather: Weather = {
    ...calm,
    random,
    delay_ms: random() * 2000,
    loss: random() * 0.4,
    stale_ms: Math.min(1000, ttl_s * 200),
    drift: 1 + random() * 0.02,
  };
  const clock = new VirtualClock();
  const etcd = new FakeEtcd(clock, weather);
  const holders = new Set<number>();
  let takings = 0;
  let over = false;
  const node = async (name: number) => {
    let cut = false;
    while (!over) {
      await clock.after(random() * 3000);
      const { lock } = createLock(etcd.connect(() => cut), clock, ttl_s);
      void lock.lost.then(() => holders.delete(name));
      if (await lock.take(5000) === "taken") {
        assert.deepEqual([...holders], [], `seed ${seed}: two holders at ${clock.now()} ms`);
        holders.add(name);
        takings++;
        await clock.after(random() * ttl_s * 2000);
        cut = random() < 0.5;
        await clock.after(random() * ttl_s * 2000);
        cut = false;
      }
      holders.delete(name);
      await lock.release().catch(() => {});
    }
  };
  const nodes = [0, 1, 2].map(node);
  await clock.run(200_000);
  over = true;
  for (let turn = 0; turn < 100 && clock.pending > 0; turn++) await clock.run(10_000);
  await Promise.all(nodes);
  return takings;
}
