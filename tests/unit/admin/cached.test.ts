/** Facts that many ask for at the same time. */
import assert from "node:assert/strict";
import { Cached } from "../../../lib/admin/cached.ts";

Deno.test("many who ask at the same time get one answer, looked up once", async () => {
  let looks = 0;
  const kept = new Cached(60_000, () => Promise.resolve(++looks));
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
  });
  const first = kept.get();
  kept.forget();
  const second = kept.get();
  answers[0]!.resolve("old");
  answers[1]!.resolve("new");
  assert.deepEqual([await first, await second, await kept.get()], ["old", "new", "new"]);
  assert.equal(answers.length, 2);
});
