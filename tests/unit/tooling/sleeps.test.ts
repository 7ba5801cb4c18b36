/** No test sleeps where it can wait (`waitFor` of `testing/`), as a sleep is too long or too short. */
import assert from "node:assert/strict";
import { sourceFiles } from "../../../tools/source-files.ts";

const root = new URL("../../../", import.meta.url);

/** A promise that only time resolves. */
const SLEEP = /new Promise(?:<\w+>)?\(\((\w+)\) => (?:void )?setTimeout\(\1\b/g;

/** Where time itself is what the test is about. */
const ALLOWED: Readonly<Record<string, string>> = {
  "tests/failover/random-faults.test.ts": "how long a fault lasts",
  "tests/dashboard/timeline.test.ts": "how long a finger rests before it is lifted",
  "tests/metrics/faults.test.ts": "how long a thread is held up, again and again",
  "tests/cluster/pressure.test.ts": "samples over some seconds",
  "tests/cluster/support/workload.ts": "a client that tries again after a while",
  "tests/processes/transport/mesh.test.ts": "a turn of the event loop",
  "tests/processes/transport/standstill.test.ts": "a process stands until its timer is due",
};

Deno.test("tests wait for what they need, and do not sleep", async () => {
  const sleeping = new Map<string, number>();
  for (const file of (await sourceFiles([".ts"])).filter((path) => path.startsWith("tests/"))) {
    const found = Deno.readTextFileSync(new URL(file, root)).match(SLEEP)?.length ?? 0;
    if (found > 0) sleeping.set(file, found);
  }
  assert.deepEqual([...sleeping.keys()].sort(), Object.keys(ALLOWED).sort());
});
