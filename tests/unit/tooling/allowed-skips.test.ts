import assert from "node:assert/strict";
import { ALLOWED_SKIPS, forbiddenSkips } from "../../../tools/allowed-skips.ts";

const live = "./tests/tools/ctdb/support/live-run.ts";

Deno.test("skips: what the list has is allowed, everything else is not", () => {
  const allowed = { file: live, name: "a > b > 41 ctdb x (shows the moment before the recovery)" };
  const forbidden = [
    { file: live, name: "ctdb on a live cluster of daemons: ours (no namespaces)" },
    { file: "./tests/events/nfs.test.ts", name: "a > b (shows the moment before the recovery)" },
    { file: "./tests/interop/samba.test.ts", name: "unmodified Samba works" },
  ];
  assert.deepEqual(forbiddenSkips([allowed, ...forbidden]), forbidden);
});

Deno.test("skips: every entry is of a file that there is, and says why", async () => {
  for (const { file, reason } of ALLOWED_SKIPS) {
    await Deno.stat(new URL(`../../../${file}`, import.meta.url));
    assert.notEqual(reason, "");
  }
});
