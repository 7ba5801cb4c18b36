import assert from "node:assert/strict";
import { checks } from "../../tools/checks.ts";

const root = new URL("../../", import.meta.url);

/** What two changes that are good by themselves can make untrue together: `deno task ok` says so. */
const OF_THE_WORKSHOP = ["style", "pages"];

for (const { name, run } of checks.filter(({ name }) => !OF_THE_WORKSHOP.includes(name))) {
  Deno.test(`source tree: ${name}`, async () => {
    assert.equal(await run(), "");
  });
}

Deno.test("source tree: one version of Deno is pinned, and it is the one that runs", async () => {
  for (const file of [".ci/run", "README.md", "docs/contributing.md"]) {
    const text = await Deno.readTextFile(new URL(file, root));
    const pinned = new Set([...text.matchAll(/deno@(\d[\w.]*\w)/g)].map((match) => match[1]));
    assert.deepEqual([...pinned], [Deno.version.deno], file);
  }
});
