import assert from "node:assert/strict";
import { createLogger } from "../../../lib/base/mod.ts";
import { ScriptNotifier } from "../../../lib/events/mod.ts";
import { Scratch } from "./scratch.ts";

function createNotifier(scratch: Scratch) {
  const lines: string[] = [];
  const log = createLogger((_level, _subsystem, message) => lines.push(message), () => 10);
  const env = () => ({ PATH: "/usr/bin:/bin", CTDB_BASE: scratch.base });
  return { lines, notifier: new ScriptNotifier({ etcDirectory: scratch.base, env, log }) };
}

Deno.test("notify.sh gets the event and the environment", async () => {
  using scratch = new Scratch();
  scratch.script("./notify.sh", 'echo "$@" >>$CTDB_BASE/seen');
  const { lines, notifier } = createNotifier(scratch);
  notifier.notify("startup");
  await notifier.settled();
  notifier.notify("healthy");
  await notifier.settled();
  assert.equal(scratch.read("seen"), "startup\nhealthy\n");
  assert.deepEqual(lines, []);
});

Deno.test("a missing, disabled or failing notify.sh is one line in the log", async () => {
  using scratch = new Scratch();
  const { lines, notifier } = createNotifier(scratch);
  notifier.notify("init");
  await notifier.settled();
  scratch.script("./notify.sh", "exit 0", 0o644);
  notifier.notify("init");
  await notifier.settled();
  scratch.script("./notify.sh", "exit 3");
  notifier.notify("unhealthy");
  await notifier.settled();
  assert.deepEqual(lines, [
    `notification script is missing or not executable: ${scratch.base}/notify.sh`,
    `notification script is missing or not executable: ${scratch.base}/notify.sh`,
    "notification script failed for unhealthy: status 3",
  ]);
});

Deno.test("nobody waits for a notification, and hung ones do not pile up without end", async () => {
  using scratch = new Scratch();
  using gate = Deno.openSync(`${scratch.base}/gate`, { create: true, write: true });
  await gate.lock(true);
  scratch.script("./notify.sh", "exec flock $CTDB_BASE/gate true");
  const { lines, notifier } = createNotifier(scratch);
  for (let i = 0; i < 65; i++) notifier.notify("healthy");
  assert.deepEqual(lines, ["notification dropped, 64 scripts still run: healthy"]);
  await gate.unlock();
  await notifier.settled();
});
