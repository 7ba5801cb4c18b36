import assert from "node:assert/strict";
import { Heartbeat, HEARTBEAT_BYTES } from "../../../lib/daemon/border/heartbeat.ts";

Deno.test("heartbeat: counts turns, their time, and says whether one is under way", () => {
  const memory = new SharedArrayBuffer(HEARTBEAT_BYTES);
  const core = new Heartbeat(memory);
  const edge = new Heartbeat(memory);
  core.turn(true, 1000);
  assert.deepEqual(edge.read(), { turns: 1, busy: true, busy_us: 0 });
  core.turn(false, 1002.5);
  core.turn(true, 5000);
  core.turn(false, 5000.25);
  assert.deepEqual(edge.read(), { turns: 2, busy: false, busy_us: 2750 });
});

Deno.test("heartbeat: time in turns wraps round", () => {
  const beat = new Heartbeat(new SharedArrayBuffer(HEARTBEAT_BYTES));
  const hour_ms = 3_600_000;
  beat.turn(true, 0);
  beat.turn(false, hour_ms);
  const before = beat.read();
  beat.turn(true, hour_ms);
  beat.turn(false, 2 * hour_ms);
  assert.equal((beat.read().busy_us - before.busy_us) >>> 0, hour_ms * 1000);
});
