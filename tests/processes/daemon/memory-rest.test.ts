/** What only a process with all rights sees of its memory. */
import assert from "node:assert/strict";
import { releaseUnused } from "../../../lib/daemon/edge/memory-rest.ts";

/** KiB of this program's own file that are mapped in. */
function residentProgram_kib(): number {
  const smaps = Deno.readTextFileSync("/proc/self/smaps");
  const own = smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).filter((entry) =>
    entry.split("\n", 1)[0]!.endsWith(` ${Deno.execPath()}`)
  );
  return own.reduce((sum, entry) => sum + Number(/^Rss: +(\d+) kB$/m.exec(entry)![1]), 0);
}

Deno.test("memory: what was let go is there again when it is needed", async () => {
  const before_kib = residentProgram_kib();
  releaseUnused();
  assert.ok(residentProgram_kib() < before_kib, `${before_kib} KiB before`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("ctdb"));
  assert.equal(digest.byteLength, 32);
});
