import assert from "node:assert/strict";
import { Slices } from "../../../lib/daemon/slices.ts";
import { MAX_TURN_SLICES_MS } from "../../../lib/limits/mod.ts";

const GAVE_WAY = "gave way";

/** Turns that run when the test says so, on a clock that only the slices move. */
function setUp() {
  const turns: (() => void)[] = [];
  const clock = { at_ms: 0, now: () => clock.at_ms };
  const done: string[] = [];
  const slices = new Slices({
    ...clock,
    defer: (callback) => void turns.push(callback),
    giveWay: () => void done.push(GAVE_WAY),
  });
  /** A piece of work that takes so long. */
  const work = (name: string, time_ms: number) => () => {
    clock.at_ms += time_ms;
    done.push(name);
  };
  return { turns, slices, done, work };
}

Deno.test("a turn does its share of what waits, and the next goes on in order", () => {
  const { turns, slices, done, work } = setUp();
  const each_ms = MAX_TURN_SLICES_MS / 2;
  for (const name of ["a", "b", "c", "d", "e"]) slices.add(work(name, each_ms));
  const after: string[] = [];
  while (turns.length > 0) {
    turns.shift()!();
    after.push(done.filter((name) => name !== GAVE_WAY).join(""));
  }
  assert.deepEqual(after, ["ab", "abcd", "abcde"]);
});

Deno.test("one that takes longer than a share is done all the same, alone", () => {
  const { turns, slices, done, work } = setUp();
  slices.add(work("long", MAX_TURN_SLICES_MS * 10));
  slices.add(work("next", 0));
  turns.shift()!();
  assert.deepEqual(done, ["long", GAVE_WAY]);
  turns.shift()!();
  assert.deepEqual(done, ["long", GAVE_WAY, "next"]);
  assert.deepEqual(turns, []);
});

Deno.test("who adds to it while it runs comes at the end, in the next turn", () => {
  const { turns, slices, done, work } = setUp();
  const again = () => {
    done.push("first");
    slices.add(work("again", 0));
  };
  slices.add(again);
  slices.add(work("second", 0));
  turns.shift()!();
  assert.deepEqual(done, ["first", "second"]);
  turns.shift()!();
  assert.deepEqual(done, ["first", "second", "again"]);
});

Deno.test("one that throws does not keep the others from their turn", () => {
  const { turns, slices, done, work } = setUp();
  slices.add(() => {
    throw new TypeError("a defect");
  });
  slices.add(work("after it", 0));
  assert.throws(turns.shift()!, /a defect/);
  turns.shift()!();
  assert.deepEqual(done, ["after it"]);
});
