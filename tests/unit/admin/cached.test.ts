/** Facts that many ask for at the same time. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../../testing/virtual-clock.ts";
import { Cached } from "../../../lib/admin/cached.ts";

Deno.test("many who ask at the same time get one answer, looked up once", async () => {
  let looks = 0;
  const kept = new Cached(60_000, () => Promise.resolve(++looks), {
    least_ms: 0,
  });
  assert.deepEqual(await Promise.all([kept.get(), kept.get(), kept.get()]), [1, 1, 1]);
  assert.equal(await kept.get(), 1);
  kept.forget();
  assert.equal(await kept.get(), 2);
});

Deno.test("a failure is told to all who wait, and not kept", async () => {
  let looks = 0;
  const kept = new Cached(
    60_000,
    () => ++looks === 1 ? Promise.reject(new Error("away")) : Promise.resolve(looks),
    { least_ms: 0 },
  );
  const results = await Promise.allSettled([kept.get(), kept.get()]);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(await kept.get(), 2);
});

Deno.test("what is forgotten while it is looked up is not handed to who asks later", async () => {
  const answers: PromiseWithResolvers<string>[] = [];
  const kept = new Cached(60_000, () => {
    answers.push(Promise.withResolvers<string>());
    return answers.at(-1)!.promise;
  }, { least_ms: 0 });
  const first = kept.get();
  await Promise.resolve();
  kept.forget();
  const second = kept.get();
  await Promise.resolve();
  answers[0]!.resolve("old");
  answers[1]!.resolve("new");
  assert.deepEqual([await first, await second, await kept.get()], ["old", "new", "new"]);
  assert.equal(answers.length, 2);
});

Deno.test("however much happens, look-ups have a least distance, and none is older than what happened", async () => {
  const clock = new VirtualClock();
  let state = 0;
  let looks = 0;
  const kept = new Cached(60_000, () => {
    looks++;
    return Promise.resolve(state);
  }, { least_ms: 100, clock });
  assert.equal(await kept.get(), 0);
  const answers: Promise<number>[] = [];
  for (let change = 1; change <= 1000; change++) {
    state = change;
    kept.forget();
    answers.push(kept.get());
  }
  clock.advance(100);
  assert.deepEqual(new Set(await Promise.all(answers)), new Set([1000]));
  assert.equal(looks, 2);
});

Deno.test("who decides by an answer may want a younger one than others do", async () => {
  const clock = new VirtualClock();
  let looks = 0;
  const kept = new Cached(1000, () => Promise.resolve(++looks), { least_ms: 0, clock });
  assert.equal(await kept.get(), 1);
  clock.advance(300);
  assert.deepEqual([await kept.get(), await kept.get(250), await kept.get()], [1, 2, 2]);
});
