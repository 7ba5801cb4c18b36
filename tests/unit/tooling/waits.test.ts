import assert from "node:assert/strict";
import { tellWhenStuck, toldWhenStuck } from "../../../testing/process/pending-waits.ts";
import { WaitError, waitFor, within } from "../../../testing/process/wait.ts";

Deno.test("waits: what is waited for can be told meanwhile, and is forgotten afterwards", async () => {
  const seen = Promise.withResolvers<boolean>();
  const waiting = waitFor("the moon", () => seen.promise);
  const forget = tellWhenStuck(() => "--- log of the moon");
  assert.match(toldWhenStuck(), /^waits for: the moon \(for \d+ s\)\n[^]*--- log of the moon$/);
  seen.resolve(true);
  await waiting;
  forget();
  assert.equal(toldWhenStuck(), "waits for nothing that can be told");
});

Deno.test("waits: a promise that never settles is waited for as long as it is said", async () => {
  const never = new Promise<never>(() => {});
  await assert.rejects(within("a letter", never, 5), (error) => {
    assert.ok(error instanceof WaitError);
    assert.match(error.message, /^waited in vain: a letter/);
    return true;
  });
  assert.equal(await within("a letter", Promise.resolve(7)), 7);
});
