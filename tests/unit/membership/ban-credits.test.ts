import assert from "node:assert/strict";
import { BanCredits } from "../../../lib/membership/mod.ts";

const GRACE_MS = 120_000;

Deno.test("credits add up to a ban, and stay until the node has been banned", () => {
  const credits = new BanCredits();
  for (let i = 0; i < 5; i++) credits.blame(2, 1, i, GRACE_MS);
  assert.deepEqual(credits.offenders(6), []);
  credits.blame(2, 1, 6, GRACE_MS);
  assert.deepEqual(credits.offenders(6), [2]);
  assert.deepEqual(credits.offenders(6), [2]);
  credits.forgive(2);
  assert.deepEqual(credits.offenders(6), []);
  assert.equal(credits.lastCulprit, 2);
});

Deno.test("an offence older than the grace period is forgotten with the next one", () => {
  const credits = new BanCredits();
  credits.blame(1, 5, 0, GRACE_MS);
  credits.blame(1, 1, GRACE_MS, GRACE_MS);
  assert.equal(credits.credits(1), 6);
  credits.blame(1, 1, 2 * GRACE_MS + 1, GRACE_MS);
  assert.equal(credits.credits(1), 1);
});

Deno.test("a successful recovery forgives everybody", () => {
  const credits = new BanCredits();
  credits.blame(0, 9, 0, GRACE_MS);
  credits.clear();
  assert.deepEqual(credits.offenders(1), []);
});
