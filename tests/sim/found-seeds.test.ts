import assert from "node:assert/strict";
import { runSeed } from "./support/run-seed.ts";

/** Seeds that have found something, and what. */
const FOUND: Readonly<Record<number, string>> = {
  5050: "a call to a node whose link is up in one direction only is not lost",
  14004: "a commit does not miss a node whose link is up in one direction only",
};

for (const [seed, what] of Object.entries(FOUND)) {
  Deno.test(`seed ${seed}: ${what}`, async () => {
    const { failure } = await runSeed(Number(seed));
    assert.equal(failure, undefined);
  });
}
