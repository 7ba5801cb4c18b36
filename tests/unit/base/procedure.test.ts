import assert from "node:assert/strict";
import {
  all,
  Cancelled,
  InvariantError,
  type Procedure,
  run,
  settle,
  sleep,
  wait,
} from "../../../lib/base/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

/** Runs a procedure and writes down how it ends. */
function start<T>(procedure: Procedure<T>, guard?: () => string | undefined) {
  const ends: unknown[] = [];
  const running = run(procedure, {
    ...(guard === undefined ? {} : { guard }),
    done: (value) => void ends.push({ value }),
    failed: (error) => void ends.push({ error }),
  });
  return { ends, running };
}

Deno.test("a procedure goes on inside of the turn that brings what it waits for", () => {
  const clock = new VirtualClock();
  function* twice(): Procedure<number> {
    yield* sleep(clock, 10);
    const n = yield* wait<number>((done) => void clock.setTimer(5, () => done(20)));
    return n + 1;
  }
  const { ends } = start(twice());
  clock.advance(14);
  assert.deepEqual(ends, []);
  clock.advance(1);
  assert.deepEqual(ends, [{ value: 21 }]);
});

Deno.test("what is there at once is not waited for, however often", () => {
  function* many(): Procedure<number> {
    let sum = 0;
    for (let i = 0; i < 100_000; i++) sum += yield* wait<number>((done) => done(1));
    return sum;
  }
  assert.deepEqual(start(many()).ends, [{ value: 100_000 }]);
});

Deno.test("what fails is thrown where it was waited for", () => {
  const failure = new Error("no");
  function* caught(): Procedure<string> {
    try {
      yield* wait((_done, failed) => failed(failure));
      return "went on";
    } catch (error) {
      return (error as Error).message;
    }
  }
  assert.deepEqual(start(caught()).ends, [{ value: "no" }]);
  function* thrown(): Procedure<void> {
    yield* wait(() => {
      throw failure;
    });
  }
  assert.deepEqual(start(thrown()).ends, [{ error: failure }]);
});

Deno.test("a procedure that is cancelled takes back what it waits for, and runs its finally", () => {
  const clock = new VirtualClock();
  let cleaned = 0;
  function* waiting(): Procedure<void> {
    try {
      yield* sleep(clock, 10);
    } finally {
      cleaned++;
      yield* sleep(clock, 10);
      cleaned++;
    }
  }
  const { ends, running } = start(waiting());
  assert.equal(clock.pending, 1);
  running.cancel("enough");
  assert.equal(clock.pending, 0);
  assert.equal(cleaned, 1);
  const [{ error }] = ends as [{ error: unknown }];
  assert.ok(error instanceof Cancelled && error.message === "enough");
  running.cancel("again");
  assert.equal(ends.length, 1);
});

Deno.test("one that swallows its end does not go on for ever", () => {
  const clock = new VirtualClock();
  let rounds = 0;
  function* stubborn(): Procedure<void> {
    for (;;) {
      try {
        rounds++;
        yield* sleep(clock, 10);
      } catch { /* Whatever it is. */ }
    }
  }
  const { ends, running } = start(stubborn());
  running.cancel("enough");
  assert.equal(ends.length, 1);
  assert.equal(clock.pending, 0);
  const before = rounds;
  clock.advance(1000);
  assert.equal(rounds, before);
});

Deno.test("the guard is asked before each step, and ends all that is under way", () => {
  const clock = new VirtualClock();
  let leads = true;
  const steps: string[] = [];
  function* step(name: string, delay_ms: number): Procedure<void> {
    yield* sleep(clock, delay_ms);
    steps.push(name);
  }
  function* both(): Procedure<void> {
    yield* step("first", 10);
    yield* all([step("quick", 10), step("slow", 100)]);
    steps.push("end");
  }
  const { ends } = start(both(), () => leads ? undefined : "leads no longer");
  clock.advance(15);
  assert.deepEqual(steps, ["first"]);
  leads = false;
  clock.advance(5);
  assert.deepEqual(steps, ["first"]);
  assert.equal(clock.pending, 0, "the slow one waits on");
  assert.equal((ends[0] as { error: Error }).error.message, "leads no longer");
});

Deno.test("the end of a procedure comes to it once, where it waits for several", () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  function* parent(): Procedure<void> {
    try {
      const results = yield* settle([sleep(clock, 10), sleep(clock, 20)]);
      seen.push(`results: ${results.length}`);
    } catch (error) {
      seen.push((error as Error).message);
      throw error;
    }
  }
  start(parent()).running.cancel("enough");
  assert.deepEqual(seen, ["enough"]);
});

Deno.test("a procedure that cancels itself goes on to where it would wait", () => {
  const clock = new VirtualClock();
  const steps: string[] = [];
  function* own(): Procedure<void> {
    yield* sleep(clock, 1);
    running.cancel("by itself");
    steps.push("same turn");
    yield* sleep(clock, 1);
    steps.push("later");
  }
  const { running, ends } = start(own());
  clock.advance(10);
  assert.deepEqual(steps, ["same turn"]);
  assert.equal(ends.length, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("side by side: all come to their end, the first failure in order is thrown", () => {
  const clock = new VirtualClock();
  function* one(n: number, delay_ms: number): Procedure<number> {
    yield* sleep(clock, delay_ms);
    if (n % 2 === 1) throw new Error(`odd: ${n}`);
    return n;
  }
  const made = () => [one(0, 30), one(1, 20), one(2, 10), one(3, 5)];
  const settled = start(settle(made()));
  const thrown = start(all(made()));
  clock.advance(29);
  assert.deepEqual([settled.ends, thrown.ends], [[], []]);
  clock.advance(1);
  const [{ value }] = settled.ends as [{ value: { ok: boolean }[] }];
  assert.deepEqual(value.map(({ ok }) => ok), [true, false, true, false]);
  assert.equal((thrown.ends[0] as { error: Error }).error.message, "odd: 1");
  assert.deepEqual(start(all([])).ends, [{ value: [] }]);
});

Deno.test("a broken invariant is no end of a procedure: it goes to who handles the turn", () => {
  const clock = new VirtualClock();
  function* broken(): Procedure<void> {
    yield* sleep(clock, 1);
    throw new InvariantError("broken");
  }
  const { ends } = start(settle([broken()]));
  assert.throws(() => clock.advance(1), InvariantError);
  assert.deepEqual(ends, []);
});
