import assert from "node:assert/strict";
import { createRig } from "./rig.ts";

Deno.test("the debug script sees the hung one, then it is ended by SIGTERM", () => {
  const { clock, scripts, runner, raise, answers, lines } = createRig({ debugScript: "debug.sh" });
  scripts.set("legacy", "10.slow", () => ({ duration_ms: Infinity, output: "so far\n" }));
  scripts.setDebug("debug.sh", (args) => ({ duration_ms: 500, output: `${args[1]} stack\n` }));
  raise("monitor", { timeout_s: 2 });
  clock.advance(2100);
  assert.deepEqual(answers, ["monitor 110"]);
  assert.equal(runner.lastRun("legacy", "monitor")?.scripts[0]?.output, "so far\n");
  assert.equal(scripts.running, 2);
  raise("takeip", { timeout_s: 100 });
  clock.advance(300);
  assert.equal(scripts.running, 3, "the queue does not wait for the debug script");
  clock.advance(200);
  assert.deepEqual(lines, ["10.slow: so far", "event_debug: monitor stack"]);
  assert.equal(runner.hungScripts, 0);
  assert.equal(scripts.running, 1);
});

Deno.test("the debug script gets the pid of a script that was hardly started", () => {
  const { clock, scripts, raise } = createRig({ debugScript: "debug.sh" });
  const seen: (readonly string[])[] = [];
  scripts.set("legacy", "10.slow", () => ({ duration_ms: Infinity }));
  scripts.setDebug("debug.sh", (args) => {
    seen.push(args);
    return {};
  });
  raise("startup", { timeout_s: 0 });
  clock.advance(1);
  assert.deepEqual(seen, [["100000", "startup"]]);
  assert.equal(scripts.running, 0);
});

Deno.test("a script that ignores SIGTERM is killed, and so is a debug script that hangs", () => {
  const { clock, scripts, raise, runner } = createRig({ debugScript: "debug.sh" });
  scripts.set("legacy", "10.slow", () => ({ duration_ms: Infinity, ignoresTerm: true }));
  scripts.setDebug("debug.sh", () => ({ duration_ms: Infinity, ignoresTerm: true }));
  raise("monitor", { timeout_s: 1 });
  clock.advance(60_000);
  assert.equal(scripts.running, 2);
  clock.advance(1_500);
  assert.equal(scripts.running, 1, "the debug script is gone after a minute");
  clock.advance(10_000);
  assert.equal(scripts.running, 0);
  assert.equal(runner.hungScripts, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("only one debug script per component runs at a time", () => {
  const { clock, scripts, raise } = createRig({ debugScript: "debug.sh" });
  let debugged = 0;
  scripts.set("legacy", "10.slow", () => ({ duration_ms: Infinity }));
  scripts.setDebug("debug.sh", () => {
    debugged += 1;
    return { duration_ms: 10_000 };
  });
  raise("a", { timeout_s: 1 });
  raise("b", { timeout_s: 2 });
  clock.advance(5000);
  assert.equal(debugged, 1);
});

Deno.test("without a debug script hung ones live on, but not without end", () => {
  const { clock, scripts, raise, runner } = createRig();
  scripts.set("legacy", "10.slow", () => ({ duration_ms: Infinity }));
  for (let i = 0; i < 40; i++) {
    raise(`e${i}`, { timeout_s: 1 });
    clock.advance(1001);
    assert.ok(scripts.running <= 16);
  }
  assert.equal(runner.hungScripts, 16);
});
