import { Errno } from "../../../lib/base/mod.ts";
import assert from "node:assert/strict";
import { EventClient, EventConnectionError, formatStatus } from "../../../lib/events/mod.ts";
import { debianEvent, DebianEventd } from "./debian.ts";
import { OurEventd } from "./our-eventd.ts";
import { debianAvailable, Scratch, waitUntil } from "./scratch.ts";

/** One suite for both daemons: what a client sees must be the same. */
const daemons: Record<string, (scratch: Scratch) => Promise<AsyncDisposable>> = {
  "our daemon": (scratch) => OurEventd.start(scratch),
  "Debian's daemon": (scratch) => DebianEventd.start(scratch),
};

for (const [daemon, start] of Object.entries(daemons)) {
  const ignore = daemon !== "our daemon" && !debianAvailable;
  const test = (name: string, fn: (events: EventClient, scratch: Scratch) => Promise<void>) =>
    Deno.test({
      name: `${daemon}: ${name}`,
      ignore,
      async fn() {
        using scratch = new Scratch();
        await using _daemon = await start(scratch);
        const events = await EventClient.connect(scratch.socket);
        try {
          await fn(events, scratch);
        } finally {
          await events.close();
        }
      },
    });

  test("runs an event and remembers how it went", async (events, scratch) => {
    scratch.script("10.a", 'echo "a $@"');
    scratch.script("15.off", "true", 0o644);
    scratch.script("20.b", "[ $1 = good ] || { echo bad; exit 3; }");
    scratch.script("30.quiet", "true");
    assert.equal(await events.run({ event: "good", args: "x  y ", timeout_s: 10 }), 0);
    assert.equal(await events.run({ event: "bad", timeout_s: 10 }), Errno.ENOEXEC);
    const good = await events.status("legacy", "good");
    assert.deepEqual(
      good.record?.scripts.map(({ name, result, output }) => [name, result, output]),
      [["10.a", 0, "a good x y\n"], ["15.off", -8, ""], ["20.b", 0, ""], ["30.quiet", 0, ""]],
    );
    const times = good.record!.scripts.flatMap(({ begin_us, end_us }) => [begin_us, end_us]);
    assert.ok(times.every((time, i) => i === 0 || time >= times[i - 1]!), "times never go back");
    const bad = await events.status("legacy", "bad");
    assert.equal(bad.record?.summary, 3);
    assert.equal(formatStatus(bad.record!.scripts).split("\n").length, 6);
  });

  test("times out at once with partial output; run-all goes on", async (events, scratch) => {
    scratch.script("10.a", `echo partial; sleep 30; echo done >${scratch.base}/done`);
    scratch.script("20.b", "sleep 30");
    assert.equal(await events.run({ event: "x", timeout_s: 3 }), Errno.ETIMEDOUT);
    assert.throws(() => scratch.read("done"), Deno.errors.NotFound);
    const { record } = await events.status("legacy", "x");
    assert.deepEqual([record?.summary, record?.scripts[0]?.output], [-110, "partial\n"]);
    assert.equal(await events.run({ event: "x", timeout_s: 0, runAll: true }), Errno.ETIMEDOUT);
    const all = await events.status("legacy", "x");
    assert.deepEqual(all.record?.scripts.map(({ result }) => result), [-110, -110]);
  });

  test("pushes monitor aside, queues the rest", async (events, scratch) => {
    scratch.script("10.a", `echo $1 >>${scratch.base}/order; [ $1 != monitor ] || sleep 20`);
    const first = events.run({ event: "monitor", timeout_s: 30 });
    await waitUntil("monitor runs", () => {
      try {
        return scratch.read("order") === "monitor\n";
      } catch {
        return false;
      }
    });
    const events2 = ["takeip", "releaseip", "ipreallocated"]
      .map((event) => events.run({ event, timeout_s: 30 }));
    assert.deepEqual(await Promise.all([first, ...events2]), [Errno.ECANCELED, 0, 0, 0]);
    assert.equal(scratch.read("order"), "monitor\ntakeip\nreleaseip\nipreallocated\n");
    assert.deepEqual(await events.status("legacy", "monitor"), { result: Errno.EINVAL });
  });

  test("answers monitor with ECANCELED while another event runs", async (events, scratch) => {
    scratch.script("10.a", "sleep 0.3");
    const running = events.run({ event: "takeip", timeout_s: 30 });
    assert.equal(await events.run({ event: "monitor", timeout_s: 30 }), Errno.ECANCELED);
    assert.equal(await running, 0);
  });

  test("knows exit codes, signals and components", async (events, scratch) => {
    scratch.directory("events/other");
    scratch.script("events/other/10.a.script", "exit $2");
    const run = async (code: number) => {
      const args = `${code}`;
      const result = await events.run({ component: "other", event: "x", args, timeout_s: 9 });
      return [result, (await events.status("other", "x")).record?.summary];
    };
    assert.deepEqual(await run(63), [8, 63]);
    assert.deepEqual(await run(64), [0, 0]);
    assert.deepEqual(await run(77), [0, 0]);
    assert.deepEqual(await run(99), [8, -35]);
    assert.deepEqual(await run(255), [8, 255]);
    assert.deepEqual(await run(174), [Errno.ETIMEDOUT, -110]);
    assert.equal((await run(189))[0], Errno.ECANCELED);
    scratch.script("events/other/10.a.script", "kill -9 $$");
    assert.deepEqual(await run(0), [8, -4]);
    assert.equal(await events.run({ component: "no", event: "x", timeout_s: 9 }), Errno.ENOENT);
    assert.deepEqual(await events.status("no", "x"), { result: Errno.ENOENT });
    scratch.directory("events/empty");
    assert.equal(await events.run({ component: "empty", event: "", timeout_s: 9 }), 0);
    assert.deepEqual((await events.status("empty", "")).record, { summary: 0, scripts: [] });
  });

  test("sets and clears the execute bits of a script", async (events, scratch) => {
    const path = scratch.script("10.a", "true", 0o640);
    const mode = () => Deno.statSync(path).mode! & 0o777;
    assert.equal(await events.setScript("legacy", "10.a", "enable"), 0);
    assert.equal(mode(), 0o751);
    assert.equal(await events.setScript("legacy", "10.a.script", "disable"), 0);
    assert.equal(mode(), 0o640);
    assert.equal(await events.setScript("legacy", "99.absent", "enable"), Errno.ENOENT);
    assert.equal(await events.setScript("legacy", "bad", "enable"), Errno.ENOENT);
    scratch.script("bad", "true");
    assert.equal(await events.setScript("legacy", "bad", "enable"), Errno.EINVAL);
    Deno.symlinkSync(path, `${scratch.base}/events/legacy/20.link.script`);
    assert.equal(await events.setScript("legacy", "20.link", "enable"), Errno.EINVAL);
  });

  test("carries 120 kB of output", async (events, scratch) => {
    scratch.script("10.a", "head -c 120000 /dev/zero | tr '\\0' x");
    assert.equal(await events.run({ event: "x", timeout_s: 20 }), 0);
    const { record } = await events.status("legacy", "x");
    assert.equal(record?.scripts[0]?.output, "x".repeat(120_000));
  });

  for (const [what, bytes] of Object.entries(hostileFrames())) {
    test(`drops a client that sends ${what}, and nobody else`, async (events, scratch) => {
      const socket = await Deno.connect({ transport: "unix", path: scratch.socket });
      await socket.write(bytes);
      const read = await socket.read(new Uint8Array(16)).catch(() => null);
      socket.close();
      assert.equal(read, null);
      assert.equal(await events.run({ event: "x", timeout_s: 9 }), 0);
    });
  }
}

/** What a daemon must survive. */
function hostileFrames(): Record<string, Uint8Array<ArrayBuffer>> {
  const frame = (length: number, command: number, ...body: number[]) =>
    new Uint8Array(Uint32Array.of(length, 0, 1, command, ...body).buffer);
  return {
    "a frame without body": frame(16, 1),
    "an unknown command": frame(16, 9),
    "a string longer than the frame": frame(24, 2, 0xffff_ffff, 0),
  };
}

Deno.test("a frame that announces too much costs our daemon nothing", async () => {
  using scratch = new Scratch();
  await using _daemon = await OurEventd.start(scratch);
  const socket = await Deno.connect({ transport: "unix", path: scratch.socket });
  await socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0, 0));
  assert.equal(await socket.read(new Uint8Array(16)).catch(() => null), null);
  socket.close();
});

Deno.test("a client that leaves too much unanswered is dropped by our daemon", async () => {
  using scratch = new Scratch();
  scratch.script("10.a", "sleep 1");
  await using _daemon = await OurEventd.start(scratch);
  const events = await EventClient.connect(scratch.socket);
  const runs = Array.from({ length: 17 }, () => events.run({ event: "x", timeout_s: 1 }));
  const results = await Promise.allSettled(runs);
  assert.ok(results.every(({ status }) => status === "rejected"));
  await events.close();
});

Deno.test("a client that leaves does not stop its event", async () => {
  using scratch = new Scratch();
  scratch.script("10.a", `sleep 0.3; echo done >${scratch.base}/done`);
  await using daemon = await OurEventd.start(scratch);
  const events = await EventClient.connect(scratch.socket);
  const run = assert.rejects(events.run({ event: "x", timeout_s: 10 }), EventConnectionError);
  await waitUntil("event runs", () => !daemon.runner.idle);
  await events.close();
  await run;
  await waitUntil("event ends", () => daemon.runner.idle);
  assert.equal(scratch.read("done"), "done\n");
});

Deno.test("the socket is for root only, replaces a stale one, and goes with the daemon", async () => {
  using scratch = new Scratch();
  Deno.listen({ transport: "unix", path: scratch.socket }).close();
  {
    await using _daemon = await OurEventd.start(scratch);
    assert.equal(Deno.statSync(scratch.socket).mode! & 0o777, 0o700);
  }
  await assert.rejects(EventClient.connect(scratch.socket), EventConnectionError);
  assert.throws(() => Deno.lstatSync(scratch.socket), Deno.errors.NotFound);
});

Deno.test({
  name: "Debian's ctdb-event works on our daemon",
  ignore: !debianAvailable,
  async fn() {
    using scratch = new Scratch();
    scratch.script("10.a", 'echo "a $@"');
    scratch.script("20.b", "[ $1 != bad ] || { echo why; exit 3; }; [ $1 != slow ] || sleep 3");
    await using _daemon = await OurEventd.start(scratch);
    const run = async (...args: string[]) => await debianEvent(scratch, "run", ...args);
    const quiet = { stdout: "", stderr: "", exit: 0 };
    assert.deepEqual(await run("10", "legacy", "takeip", "lo", "10.0.0.1", "24"), quiet);
    assert.deepEqual(await run("10", "legacy", "bad"), {
      stdout: "Event bad in legacy failed\n",
      stderr: "",
      exit: 8,
    });
    assert.equal((await run("1", "legacy", "slow")).exit, 110);
    assert.equal((await run("1", "nowhere", "x")).exit, 2);
    assert.equal((await debianEvent(scratch, "status", "legacy", "never")).exit, 22);
    const { stdout, exit } = await debianEvent(scratch, "status", "legacy", "bad");
    assert.equal(exit, 3);
    assert.match(stdout, /^10\.a +OK +\d\.\d{3} .*\n20\.b +ERROR +\d\.\d{3} .*\n {2}OUTPUT: why\n/);
  },
});
