import assert from "node:assert/strict";
import { InvariantError } from "../../../lib/base/mod.ts";
import type { HelperEvents, SpawnHelper } from "../../../lib/loop/mod.ts";
import { HelperPool } from "../../../lib/records/storage/helper-pool.ts";
import { encodeReply } from "../../../lib/records/storage/helper-protocol.ts";
import { runAlone } from "../../../lib/records/storage/one-job.ts";
import { Worker } from "../../../lib/records/storage/worker.ts";
import type { WorkOutcome } from "../../../lib/records/storage/storage.ts";

const FILE = { path: "/tmp/one-job.tdb", flags: 0 };

/** Helper processes that only this test plays. */
function helpers() {
  const started: { events: HelperEvents; killed: boolean }[] = [];
  const spawn: SpawnHelper = (_command, events) => {
    const helper = { events, killed: false };
    started.push(helper);
    return { pid: started.length, write() {}, kill: () => void (helper.killed = true) };
  };
  const done = (index: number) => {
    const reply = encodeReply({ kind: "done", outcome: { ok: true } });
    started[index]!.events.data(reply, reply.length);
  };
  return { started, spawn, done };
}

Deno.test("work that is taken back after its end does not cost the next its helper", () => {
  const { started, spawn, done } = helpers();
  const pool = new HelperPool(spawn, ["helper"]);
  const outcomes: WorkOutcome[] = [];
  const work = runAlone(pool, { kind: "repack", file: FILE, limit: 0 }, {
    batch: () => {},
    done: (outcome) => outcomes.push(outcome),
  }, (callback) => callback());
  done(0);
  // The helper is the commit worker's now.
  const worker = new Worker(pool, (callback) => callback());
  const committed: WorkOutcome[] = [];
  worker.run([{ kind: "update", file: FILE, buffer: new Uint8Array(8) }], (o) => committed.push(o));
  assert.equal(started.length, 1);
  work.cancel();
  assert.equal(started[0]!.killed, false);
  done(0);
  assert.deepEqual(outcomes, [{ ok: true }]);
  assert.deepEqual(committed, [{ ok: true }]);
});

Deno.test("what the node itself throws over an answer is not taken for trouble of the helper", () => {
  const { started, spawn, done } = helpers();
  const pool = new HelperPool(spawn, ["helper"]);
  runAlone(pool, { kind: "repack", file: FILE, limit: 0 }, {
    batch: () => {},
    done: () => {
      throw new InvariantError("two owners");
    },
  }, (callback) => callback());
  assert.throws(() => done(0), InvariantError);
  assert.equal(started[0]!.killed, false);
});
