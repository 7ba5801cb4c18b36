import { Errno } from "../../../lib/base/mod.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type ScriptLauncher } from "../../../lib/events/mod.ts";
import { createRig } from "./rig.ts";

const exit = (code: number) => ({ how: "exit", code }) as const;

Deno.test("scripts run one after another, in bytewise order, with event and arguments", () => {
  const { clock, scripts, raise, answers, lines } = createRig();
  for (const name of ["20.b", "10.a", "20.B"]) {
    scripts.set(
      "legacy",
      name,
      (args) => ({ duration_ms: 10, output: `${args.join("|")}\n\nx\n` }),
    );
  }
  raise("takeip", { args: "  eth0   10.0.0.1 24 " });
  clock.advance(25);
  assert.deepEqual(answers, []);
  clock.advance(10);
  assert.deepEqual(answers, ["takeip 0"]);
  const run = "takeip|eth0|10.0.0.1|24";
  assert.deepEqual(lines, [
    `10.a: ${run}`,
    "10.a: x",
    `20.B: ${run}`,
    "20.B: x",
    `20.b: ${run}`,
    "20.b: x",
  ]);
});

Deno.test("a failing script ends the event; the ones behind it have not run", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.ok", () => ({}));
  scripts.set("legacy", "20.off", () => ({}), false);
  scripts.set("legacy", "30.bad", () => ({ end: exit(3), output: "why\n" }));
  scripts.set("legacy", "40.never", () => ({}));
  raise("monitor");
  clock.advance(1);
  assert.deepEqual(answers, [`monitor ${Errno.ENOEXEC}`]);
  const record = runner.lastRun("legacy", "monitor");
  assert.equal(record?.summary, 3);
  assert.deepEqual(record?.scripts.map(({ name, result, output }) => [name, result, output]), [
    ["10.ok", 0, ""],
    ["20.off", -Errno.ENOEXEC, ""],
    ["30.bad", 3, "why\n"],
    ["40.never", -Errno.ENODATA, ""],
  ]);
});

Deno.test("what a failing run did not reach keeps the data of the run before", () => {
  const { clock, scripts, runner, raise } = createRig();
  let code = 0;
  scripts.set("legacy", "10.a", () => ({ end: exit(code) }));
  scripts.set("legacy", "20.b", () => ({ output: "old\n" }));
  raise("monitor");
  clock.advance(1000);
  code = 1;
  scripts.set("legacy", "30.new", () => ({}));
  raise("monitor");
  clock.advance(1000);
  const [a, b, added] = runner.lastRun("legacy", "monitor")!.scripts;
  assert.equal(a!.result, 1);
  assert.deepEqual([b!.result, b!.output], [0, "old\n"]);
  assert.ok(b!.begin_us < a!.begin_us);
  assert.equal(added!.result, -Errno.ENODATA);
});

Deno.test("run-all goes on after a failure and reports the last one", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ end: exit(4) }));
  scripts.set("legacy", "20.b", () => ({ end: exit(5) }));
  scripts.set("legacy", "30.c", () => ({}));
  raise("x", { runAll: true });
  clock.advance(1);
  assert.deepEqual(answers, [`x ${Errno.ENOEXEC}`]);
  const record = runner.lastRun("legacy", "x");
  assert.equal(record?.summary, 5);
  assert.deepEqual(record?.scripts.map(({ result }) => result), [4, 5, 0]);
});

Deno.test("the deadline spans all scripts, and the queue", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.slow", ([event]) => ({ duration_ms: event === "one" ? 6000 : 3000 }));
  scripts.set("legacy", "20.slow", () => ({ duration_ms: 3000 }));
  raise("one", { timeout_s: 10 });
  raise("two", { timeout_s: 10 });
  raise("three", { timeout_s: 5 });
  clock.advance(8999);
  assert.deepEqual(answers, []);
  clock.advance(1001);
  // The third was over before it began, but its first script is still started.
  assert.deepEqual(answers, ["one 0", "two 110", "three 110"]);
  assert.equal(runner.hungScripts, 2);
  assert.deepEqual(
    runner.lastRun("legacy", "three")?.scripts.map(({ result }) => result),
    [-Errno.ETIMEDOUT, -Errno.ENODATA],
  );
  clock.advance(10_000);
  assert.equal(runner.hungScripts, 0, "left alone, hung scripts may still end by themselves");
  assert.equal(scripts.running, 0);
});

Deno.test("a timeout of 0 is at once, one of 2^32-1 seconds is not", () => {
  const { clock, scripts, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ duration_ms: 10, output: "partial\n" }));
  raise("now", { timeout_s: 0 });
  raise("never", { timeout_s: 0xffff_ffff });
  clock.advance(1);
  assert.deepEqual(answers, ["now 110"]);
  clock.advance(20);
  assert.deepEqual(answers, ["now 110", "never 0"]);
  assert.equal(clock.pending, 0);
});

Deno.test("any event pushes a running monitor aside, even another monitor", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ duration_ms: 1000 }));
  raise("monitor");
  clock.advance(500);
  raise("monitor");
  assert.equal(scripts.running, 0, "its script is killed at once");
  clock.advance(500);
  assert.deepEqual(answers, ["monitor 125"]);
  raise("takeip");
  clock.advance(500);
  assert.deepEqual(answers, ["monitor 125", "monitor 125"]);
  raise("monitor");
  raise("releaseip");
  clock.advance(2000);
  assert.deepEqual(answers.slice(2), ["monitor 125", "takeip 0", "releaseip 0"]);
  assert.equal(runner.lastRun("legacy", "monitor"), undefined, "a cancelled run is not stored");
});

Deno.test("a monitor that was raised in the same turn is pushed aside too", () => {
  const { clock, scripts, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ duration_ms: 1000 }));
  raise("monitor");
  raise("takeip");
  clock.advance(1500);
  assert.deepEqual(answers, ["monitor 125", "takeip 0"]);
});

Deno.test("exit 189 is a cancelled event, exit 174 a timed out one without a hung script", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", ([event]) => ({ end: exit(event === "c" ? 189 : 174) }));
  raise("c");
  raise("t");
  clock.advance(1);
  assert.deepEqual(answers, ["c 125", "t 110"]);
  assert.equal(runner.lastRun("legacy", "c"), undefined);
  assert.equal(runner.lastRun("legacy", "t")?.summary, -Errno.ETIMEDOUT);
  assert.equal(runner.hungScripts, 0);
});

Deno.test("components have queues of their own, and must exist", async () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ duration_ms: 1000 }));
  scripts.set("other", "10.a", () => ({ duration_ms: 100 }));
  raise("a");
  raise("b", { component: "other" });
  raise("c", { component: "absent" });
  raise("d", { component: "../legacy" });
  raise("e", { args: "x\0y" });
  clock.advance(2000);
  assert.deepEqual(answers, ["c 2", "d 2", "e 22", "b 0", "a 0"]);
  assert.deepEqual(await runner.status("other", "b").then(({ result }) => result), 0);
  assert.deepEqual(await runner.status("other", "x"), { result: Errno.EINVAL });
  const absent = runner.status("absent", "x");
  clock.advance(1);
  assert.deepEqual(await absent, { result: Errno.ENOENT });
});

Deno.test("a script that vanishes between listing and start counts as disabled", () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => {
    scripts.delete("legacy", "20.b");
    return {};
  });
  scripts.set("legacy", "20.b", () => ({}));
  scripts.set("legacy", "30.c", () => ({}));
  raise("x");
  clock.advance(1);
  assert.deepEqual(answers, ["x 0"]);
  const results = runner.lastRun("legacy", "x")?.scripts.map(({ result }) => result);
  assert.deepEqual(results, [0, -Errno.ENOEXEC, 0]);
});

Deno.test("close answers everybody, kills everything and leaves no timer", async () => {
  const { clock, scripts, runner, raise, answers } = createRig();
  scripts.set("legacy", "10.a", () => ({ duration_ms: Infinity, ignoresTerm: true }));
  raise("hung", { timeout_s: 1 });
  clock.advance(1500);
  raise("running");
  raise("waiting");
  clock.advance(1);
  await runner.close();
  assert.deepEqual(answers, ["hung 110", "running 125", "waiting 125"]);
  raise("late");
  clock.advance(1);
  assert.equal(answers.at(-1), "late 125");
  assert.equal(scripts.running, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("names that clients invent do not fill the memory", () => {
  const { clock, runner, raise } = createRig();
  for (let i = 0; i < 200; i++) {
    raise(`event${i}`);
    clock.advance(1);
  }
  assert.equal(runner.lastRun("legacy", "event0"), undefined);
  assert.equal(runner.lastRun("legacy", "event199")?.summary, 0);
});

const step = fc.record({
  event: fc.constantFrom("monitor", "takeip", "releaseip", "ipreallocated"),
  timeout_s: fc.integer({ min: 0, max: 3 }),
  pause_ms: fc.integer({ min: 0, max: 2500 }),
});
const behaviour = fc.record({
  duration_ms: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.constant(Infinity)),
  code: fc.constantFrom(0, 0, 0, 1, 64, 189),
  ignoresTerm: fc.boolean(),
});

Deno.test("any order of events: one script at a time, one answer for each, nothing left behind", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.array(behaviour, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      (steps, behaviours, debug) => {
        const rig = createRig(debug ? { debugScript: "debug.sh" } : {});
        const { clock, scripts, runner, raise, answers } = rig;
        let launches = 0;
        for (const name of ["10.a", "20.b"]) {
          scripts.set("legacy", name, () => {
            // All that may exist when a script starts are hung ones and what looks at them.
            assert.ok(scripts.running <= runner.hungScripts + 1);
            const { duration_ms, code, ignoresTerm } = behaviours[launches++ % behaviours.length]!;
            return { duration_ms, end: exit(code), ignoresTerm };
          });
        }
        scripts.setDebug("debug.sh", () => ({ duration_ms: 300, output: "stack\n" }));
        for (const { event, timeout_s, pause_ms } of steps) {
          raise(event, { timeout_s });
          clock.advance(pause_ms);
        }
        clock.advance(600_000);
        assert.equal(answers.length, steps.length);
        assert.ok(runner.idle);
        assert.equal(scripts.running, runner.hungScripts);
        void runner.close();
        assert.equal(scripts.running, 0);
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a script that is begun too late has timed out, even if its end comes first", async () => {
  const rig = createRig();
  rig.scripts.set("legacy", "10.quick", () => ({}));
  // On a busy machine a script has ended before anybody looks at the clock.
  const launchScript: ScriptLauncher["launchScript"] = (_component, _name, _args, observer) => {
    queueMicrotask(() => observer.ended(exit(0)));
    return { output: () => new Uint8Array(), signal: () => {}, abandon: () => {} };
  };
  const { clock, answers, raise } = createRig({
    launcher: {
      launchScript,
      list: (component, done) => rig.scripts.list(component, done),
      launchDebug: (name, args, observer) => rig.scripts.launchDebug(name, args, observer),
      close: () => rig.scripts.close(),
    },
  });
  raise("monitor", { timeout_s: 0 });
  rig.clock.advance(0);
  await clock.run(10);
  assert.deepEqual(answers, ["monitor 110"]);
});

/** Scripts that take 100 ms; notes when each begins. */
function slowRig() {
  const rig = createRig();
  const begun: string[] = [];
  rig.scripts.set("legacy", "10.slow", ([event]) => {
    begun.push(`${event} ${rig.clock.now()}`);
    return { duration_ms: 100 };
  });
  return { ...rig, begun };
}

Deno.test("a patient monitor event takes the result of one that runs", () => {
  const { clock, raise, answers, begun } = slowRig();
  raise("monitor");
  clock.advance(50);
  raise("monitor", { patient: true });
  clock.advance(60);
  assert.deepEqual(answers, ["monitor 0", "monitor 0"]);
  assert.equal(begun.length, 1);
});

Deno.test("a patient monitor event waits for all that runs or queues, and has all its time then", () => {
  const { clock, raise, answers, begun } = slowRig();
  raise("takeip");
  raise("takeip");
  raise("monitor", { patient: true, timeout_s: 1 });
  for (let i = 0; i < 12; i++) raise("takeip");
  clock.advance(2000);
  assert.equal(begun.length, 15);
  assert.match(begun.at(-1)!, /^monitor/);
  assert.equal(answers.at(-1), "monitor 0");
});

Deno.test("a patient monitor event gives way like any other, with its followers", () => {
  const { clock, raise, answers } = slowRig();
  raise("monitor", { patient: true });
  raise("monitor", { patient: true });
  clock.advance(50);
  raise("takeip");
  clock.advance(1);
  assert.deepEqual(answers, [`monitor ${Errno.ECANCELED}`, `monitor ${Errno.ECANCELED}`]);
});

Deno.test("another monitor event pushes a patient one aside, as any", () => {
  const { clock, raise, answers } = slowRig();
  raise("monitor", { patient: true });
  clock.advance(50);
  raise("monitor");
  clock.advance(200);
  assert.deepEqual(answers, [`monitor ${Errno.ECANCELED}`, "monitor 0"]);
});
