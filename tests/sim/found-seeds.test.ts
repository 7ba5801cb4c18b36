import assert from "node:assert/strict";
import { runSeed } from "./support/run-seed.ts";

/** Seeds that have found something, and what. */
const FOUND: Readonly<Record<number, string>> = {
  5050: "a call that found no way to a connected node is sent again when there is one",
};

for (const [seed, what] of Object.entries(FOUND)) {
  Deno.test(`seed ${seed}: ${what}`, async () => {
    const { failure } = await runSeed(Number(seed));
    assert.equal(failure, undefined);
  });
}
