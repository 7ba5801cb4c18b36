import assert from "node:assert/strict";
import { ALLOWED_SKIPS, forbiddenSkips } from "../../../tools/allowed-skips.ts";

const samba = "./tests/interop/samba.test.ts";

Deno.test("skips: what the list has is allowed, everything else is not", () => {
  const allowed = { file: samba, name: "unmodified Samba works > smb2.lease.unlink" };
  const forbidden = [
    { file: samba, name: "unmodified Samba works" },
    { file: "./tests/events/nfs.test.ts", name: "a > b" },
  ];
  assert.deepEqual(forbiddenSkips([allowed, ...forbidden]), forbidden);
});

Deno.test("skips: every entry is of a file that there is, and says why", async () => {
  for (const { file, reason } of ALLOWED_SKIPS) {
    await Deno.stat(new URL(`../../../${file}`, import.meta.url));
    assert.notEqual(reason, "");
  }
});
