import assert from "node:assert/strict";
import { Errno, nullLogger, systemClock } from "../../../lib/base/mod.ts";
import {
  EventRunner,
  type EventRunnerOptions,
  ProcessLauncher,
  scriptEnvironment,
} from "../../../lib/events/mod.ts";
import { isAlive, Scratch, waitUntil } from "./scratch.ts";
import { runCommand } from "../../../testing/process/command.ts";

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** A runner of real processes on a scratch directory; everything is closed with it. */
class Rig implements AsyncDisposable {
  readonly scratch = new Scratch();
  readonly launcher: ProcessLauncher;
  readonly runner: EventRunner;

  constructor(options: Partial<EventRunnerOptions> = {}) {
    const { base } = this.scratch;
    const env = scriptEnvironment({ PATH }, { base, logging: "file:", debugLevel: "ERROR" });
    this.launcher = new ProcessLauncher({
      clock: systemClock,
      etcDirectory: base,
      env: () => env,
    });
    this.runner = new EventRunner({
      clock: systemClock,
      launcher: this.launcher,
      log: nullLogger,
      ...options,
    });
  }

  /** Runs an event and says how its scripts went. */
  async run(event: string, args = "", timeout_s = 30) {
    const result = await this.runner.run({ event, args, timeout_s });
    const scripts = this.runner.lastRun("legacy", event)?.scripts ?? [];
    return {
      result,
      scripts: scripts.map(({ name, result, output }) => ({ name, result, output })),
    };
  }

  /** The pid that a script has written to a file. */
  async pidIn(file: string): Promise<number> {
    const path = `${this.scratch.base}/${file}`;
    await waitUntil(`pid in ${file}`, () => {
      try {
        return Deno.readTextFileSync(path).endsWith("\n");
      } catch {
        return false;
      }
    });
    return Number(Deno.readTextFileSync(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner.close();
    this.scratch[Symbol.dispose]();
  }
}

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("a script gets arguments, environment, its path as $0, and nothing else", async () => {
  await using rig = new Rig();
  rig.scratch.script(
    "10.x",
    'echo "$@"; echo "$0"; echo "$CTDB_BASE $CTDB_DEBUGLEVEL"; ls /proc/self/fd | wc -l',
  );
  const { result, scripts } = await rig.run("takeip", "lo 10.0.0.1 24");
  assert.equal(result, 0);
  const { base } = rig.scratch;
  assert.deepEqual(scripts[0]?.output.split("\n"), [
    "takeip lo 10.0.0.1 24",
    `${base}/events/legacy/10.x.script`,
    `${base} ERROR`,
    // stdin, stdout, stderr, and the directory that ls reads
    "4",
    "",
  ]);
});

Deno.test("stdout and stderr are one stream, stdin is empty", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", "echo a; echo b >&2; echo c; cat; echo d >&2");
  assert.equal((await rig.run("x")).scripts[0]?.output, "a\nb\nc\nd\n");
});

Deno.test("a script leads its own session, with all signals as a shell expects them", async () => {
  await using rig = new Rig();
  rig.scratch.script(
    "10.x",
    "ps -o pid=,pgid=,sid= -p $$; yes | head -1; kill -PIPE $$; echo survived",
  );
  const { scripts } = await rig.run("x");
  const [ids, ...rest] = scripts[0]!.output.split("\n");
  const [pid, pgid, sid] = ids!.trim().split(/ +/);
  assert.ok(pid === pgid && pid === sid, ids);
  assert.deepEqual(rest, ["y", ""], "SIGPIPE ends a script");
  assert.equal(scripts[0]?.result, -Errno.EINTR);
});

Deno.test("what cannot be executed is disabled, however it fails", async () => {
  await using rig = new Rig();
  const { scratch } = rig;
  scratch.file("events/legacy/10.text.script", "echo no interpreter line\n", 0o755);
  scratch.file("events/legacy/11.interpreter.script", "#!/nonexistent/sh\n", 0o755);
  scratch.script("12.off", "echo never", 0o644);
  scratch.directory("events/legacy/13.directory.script");
  Deno.symlinkSync("/nonexistent", `${scratch.base}/events/legacy/14.dangling.script`);
  scratch.script("20.on", "echo on");
  scratch.script("events/legacy/20.on.sh", "echo never");
  const { result, scripts } = await rig.run("x");
  assert.equal(result, 0);
  assert.deepEqual(scripts.map(({ name, result }) => [name, result]), [
    ["10.text", -8],
    ["11.interpreter", -8],
    ["12.off", -8],
    ["13.directory", -8],
    ["14.dangling", -8],
    ["20.on", 0],
  ]);
});

Deno.test("a daemon that keeps the pipe open neither holds the event up nor dies", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", `sleep 300 & echo $! >${rig.scratch.base}/pid; echo started`);
  const { result, scripts } = await rig.run("startup", "", 20);
  assert.deepEqual([result, scripts[0]?.output], [0, "started\n"]);
  const pid = await rig.pidIn("pid");
  assert.ok(isAlive(pid), "services that a script starts outlive it");
  Deno.kill(pid, "SIGKILL");
});

Deno.test("a script that closes its output is still waited for", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", "echo before; exec >&- 2>&-; sleep 0.2; exit 7");
  const { result, scripts } = await rig.run("x");
  assert.equal(result, Errno.ENOEXEC);
  assert.deepEqual(scripts, [{ name: "10.x", result: 7, output: "before\n" }]);
});

Deno.test("120 kB of output arrive whole; a flood is cut and held back", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", "head -c 120000 /dev/zero | tr '\\0' x");
  assert.equal((await rig.run("much")).scripts[0]?.output, "x".repeat(120_000));
  rig.scratch.script("10.x", "exec yes flood");
  const { result, scripts } = await rig.run("flood", "", 4);
  assert.equal(result, Errno.ETIMEDOUT);
  assert.match(scripts[0]!.output, /^(flood\n)+[flood\n]*\[more output was discarded\]\n$/);
  assert.ok(scripts[0]!.output.length < 270_000);
});

Deno.test("a monitor that is pushed aside dies with all its children", async () => {
  await using rig = new Rig();
  const { base } = rig.scratch;
  rig.scratch.script(
    "10.x",
    `[ $1 = monitor ] || exit 0
     sh -c 'trap "" TERM INT HUP; echo $$ >${base}/child; sleep 300; sleep 300' &
     wait`,
  );
  const monitor = rig.runner.run({ event: "monitor", timeout_s: 30 });
  const child = await rig.pidIn("child");
  assert.equal(await rig.runner.run({ event: "takeip", timeout_s: 30 }), 0);
  assert.equal(await monitor, Errno.ECANCELED);
  await waitUntil("child is gone", () => !isAlive(child));
});

Deno.test("a hung script is shown to the debug script and then ended", async () => {
  await using rig = new Rig({ debugScript: "debug.sh" });
  const { scratch } = rig;
  scratch.script("10.x", `echo $$ >${scratch.base}/pid; echo partial; sleep 300`);
  scratch.script("./debug.sh", `echo "$@" >${scratch.base}/debugged`);
  const { result, scripts } = await rig.run("monitor", "", 3);
  assert.equal(result, Errno.ETIMEDOUT);
  assert.deepEqual(scripts, [{ name: "10.x", result: -Errno.ETIMEDOUT, output: "partial\n" }]);
  const pid = await rig.pidIn("pid");
  await waitUntil("hung script is gone", () => rig.runner.hungScripts === 0);
  assert.ok(!isAlive(pid));
  assert.equal(scratch.read("debugged"), `${pid} monitor\n`);
});

Deno.test("without a debug script a hung one lives until the runner is closed", async () => {
  let pid: number;
  {
    await using rig = new Rig();
    rig.scratch.script(
      "10.x",
      `echo $$ >${rig.scratch.base}/pid; trap '' TERM; sleep 300; sleep 300`,
    );
    assert.equal((await rig.run("x", "", 1)).result, Errno.ETIMEDOUT);
    pid = await rig.pidIn("pid");
    assert.ok(isAlive(pid));
  }
  assert.ok(!isAlive(pid));
});

Deno.test("a timeout of 0 still starts the first script, and only that", async () => {
  await using rig = new Rig();
  const { base } = rig.scratch;
  rig.scratch.script("10.x", `echo ran >${base}/first; sleep 0.3`);
  rig.scratch.script("20.y", `echo ran >${base}/second`);
  assert.equal((await rig.run("x", "", 0)).result, Errno.ETIMEDOUT);
  await waitUntil("first script ran", () => rig.runner.hungScripts === 0);
  assert.equal(rig.scratch.read("first"), "ran\n");
  assert.throws(() => rig.scratch.read("second"), Deno.errors.NotFound);
});

Deno.test("a script that kills its parent, or is replaced while it runs, harms nobody", async () => {
  await using rig = new Rig();
  const { base } = rig.scratch;
  rig.scratch.script("10.x", "sh -c 'kill -9 $PPID'; sleep 300");
  assert.deepEqual((await rig.run("x")).scripts[0]?.result, -Errno.EINTR);
  const old = `cp ${base}/new ${base}/events/legacy/10.x.script.tmp
    mv ${base}/events/legacy/10.x.script.tmp ${base}/events/legacy/10.x.script; echo old; exit 0`;
  rig.scratch.script("10.x", old);
  rig.scratch.script("./new", "echo new");
  assert.equal((await rig.run("x")).scripts[0]?.output, "old\n");
  assert.equal((await rig.run("x")).scripts[0]?.output, "new\n");
});

Deno.test("an argument list that is too long fails the event and nothing else", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", "true");
  const { result, scripts } = await rig.run("x", "y".repeat(200_000));
  assert.equal(result, Errno.ENOEXEC);
  assert.equal(scripts[0]?.result, -Errno.E2BIG);
});

Deno.test("no descriptor, zombie or thread is left by a hundred scripts", async () => {
  await using rig = new Rig();
  rig.scratch.script("10.x", "echo x");
  rig.scratch.file("events/legacy/20.y.script", "no interpreter\n", 0o755);
  await rig.run("x");
  const before = openDescriptors();
  for (let i = 0; i < 100; i++) assert.equal((await rig.run("x")).result, 0);
  assert.equal(openDescriptors(), before);
  const states = await runCommand(["ps", "-o", "stat=", "--ppid", `${Deno.pid}`]);
  assert.equal(states.exit, 0, states.stderr);
  assert.doesNotMatch(states.stdout, /^Z/m);
});
