import assert from "node:assert/strict";
import { createLogger, InvariantError } from "../../../lib/base/mod.ts";
import { Faults, TurnQueue } from "../../../lib/daemon/mod.ts";

class Aborted extends Error {}

function setUp() {
  const lines: string[] = [];
  const log = createLogger((_level, _subsystem, text) => lines.push(text), () => 10);
  const faults = new Faults(log, (reason) => {
    throw new Aborted(reason);
  });
  return { lines, faults };
}

Deno.test("a broken invariant ends the daemon", () => {
  const { faults, lines } = setUp();
  assert.throws(() => faults.handle("Call", new InvariantError("two owners")), Aborted);
  assert.deepEqual(lines, []);
});

Deno.test("any other defect is logged with its stack, and the rest of the turn is done", () => {
  const { faults, lines } = setUp();
  const turns: (() => void)[] = [];
  const queue = new TurnQueue((run) => turns.push(run), faults);
  const done: string[] = [];
  queue.defer(() => done.push("first"));
  queue.defer(() => {
    throw new TypeError("undefined is not a function");
  });
  queue.defer(() => {
    done.push("third");
    queue.defer(() => done.push("next turn"));
  });
  assert.equal(turns.length, 1);
  turns[0]!();
  assert.deepEqual(done, ["first", "third"]);
  assert.match(lines[0]!, /^Deferred work: TypeError: undefined is not a function\n\s+at /);
  turns[1]!();
  assert.deepEqual(done, ["first", "third", "next turn"]);
});
