/** What the tool says to people on a terminal, and that scripts see none of it. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { didYouMean } from "../../../cli/ctdb/framework/did-you-mean.ts";
import type { ProgramMain } from "../../../cli/io.ts";
import { INVALID_GENERATION, RecoveryMode, RunState, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { waitFor } from "../../../testing/process/wait.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import {
  type FakeState,
  healthyState,
  richState,
  withFault,
  withFlags,
} from "../../../testing/fake-daemon/fake-state.ts";
import { type ProgramResult, runProgram } from "../../../testing/process/program-io.ts";

const onTerminal: ProgramMain = (args, io) =>
  ctdb(args, { ...io, env: { ...io.env, NO_COLOR: "1" }, isTerminal: () => true });

interface Place {
  readonly base: string;
  readonly daemon: FakeDaemon;
  /** Runs a line, as a script does. */
  run(line: string): Promise<ProgramResult>;
  /** Runs a line on a terminal. */
  show(line: string): Promise<ProgramResult>;
}

async function withDaemon(
  work: (place: Place) => Promise<void>,
  state: FakeState = healthyState(),
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-terminal-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  const words = (line: string) => line.split(" ").filter((word) => word !== "");
  await Deno.writeTextFile(`${base}/nodes`, "127.0.0.1\n");
  try {
    await using daemon = await FakeDaemon.start(base, state);
    await work({
      base,
      daemon,
      run: (line) => runProgram(ctdb, words(line), { env }),
      show: (line) => runProgram(onTerminal, words(line), { env }),
    });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("help on a terminal names our commands, elsewhere it is the C tool's", async () => {
  await withDaemon(async ({ run, show }) => {
    for (const line of ["", "--help"]) {
      const script = await run(line);
      const person = await show(line);
      assert.equal(person.exit, script.exit);
      assert.ok(person.stdout.startsWith(script.stdout));
      const more = person.stdout.slice(script.stdout.length);
      for (const name of ["help", "doctor", "top"]) assert.ok(more.includes(`'ctdb ${name}'`));
      assert.ok(!script.stdout.includes("doctor"));
    }
  });
});

Deno.test("--help behind a command of ours is about that command, of C's on a terminal only", async () => {
  await withDaemon(async ({ run, show }) => {
    const doctor = await run("doctor --help");
    assert.match(doctor.stdout, /^Usage: ctdb doctor \[--quick\]\n/);
    assert.match(doctor.stdout, /^ {2}--quick {2}leave out/m);
    assert.equal(doctor.exit, 0);
    assert.match((await run("status --help")).stdout, /^Usage: \[OPTION\.\.\.\]\n/);
    assert.match((await show("status --help")).stdout, /^Usage: ctdb status\n/);
  });
});

Deno.test("an unknown command: what may be meant, for people", async () => {
  await withDaemon(async ({ run, show }) => {
    assert.deepEqual(await run("stauts"), {
      stdout: "",
      stderr: "Unknown command 'stauts'\n",
      exit: 1,
    });
    const { stderr, exit } = await show("stauts");
    assert.deepEqual(
      [stderr, exit],
      ["Unknown command 'stauts'. Did you mean 'ctdb status' or 'ctdb stats'?\n", 1],
    );
    assert.match((await show("frobnicate")).stderr, /'ctdb help' lists all$/m);
    // Not even a slip of the finger leads to a command that is for scripts of ours.
    assert.ok(!(await show("completion-name")).stderr.includes("completion-names'"));
  });
});

Deno.test("words that are alike", () => {
  const known = ["status", "stats", "statistics", "getdbmap", "ip", "pnn"];
  assert.deepEqual(didYouMean("sttaus", known)[0], "status");
  assert.deepEqual(didYouMean("getdbm", known), ["getdbmap"]);
  assert.deepEqual(didYouMean("zzz", known), []);
  assert.deepEqual(didYouMean("xx", known), []);
});

Deno.test("a wrong operand is named before the usage", async () => {
  await withDaemon(async ({ run, show }) => {
    const cases: [line: string, text: string][] = [
      ["getvar", "Operand missing: <name>"],
      ["setvar MonitorInterval", "Operand missing: <value>"],
      ["status now", "Operand too many: 'now'"],
      ["setlmasterrole perhaps", "Invalid operand 'perhaps'"],
    ];
    for (const [line, text] of cases) {
      const person = await show(line);
      const script = await run(line);
      assert.equal(person.stderr, `${text}\n`, line);
      assert.equal(script.stderr, "", line);
      assert.equal(person.stdout, script.stdout);
    }
    assert.equal((await run("wait")).stderr, "Operand missing: healthy|leader|recovered\n");
  });
});

Deno.test("no daemon: the doctor is named, to people", async () => {
  await withDaemon(async ({ base, run, show }) => {
    await Deno.remove(`${base}/run/ctdbd.socket`);
    const script = await run("status");
    const person = await show("status");
    assert.equal(person.stderr, `${script.stderr}\`ctdb doctor\` says why\n`);
    assert.ok(!script.stderr.includes("doctor"));
  });
});

Deno.test("errors are on standard error under --json", async () => {
  await withDaemon(async ({ run }) => {
    for (
      const line of [
        "getvar Nonsense",
        "runstate nonsense",
        "runstate setup",
        "ipinfo 10.9.9.9",
        "catdb nonsense.tdb",
        "event run 5 legacy monitor",
      ]
    ) {
      const { stdout, stderr, exit } = await run(`--json ${line}`);
      assert.equal(stdout, "", line);
      assert.notEqual(stderr, "", line);
      assert.notEqual(exit, 0, line);
    }
  }, richState());
});

Deno.test("version tells ours beside the protocol's, to people", async () => {
  await withDaemon(async ({ run, show }) => {
    assert.match((await run("version")).stdout, /^\d+\.\d+\.\d+\n$/);
    assert.match((await show("version")).stdout, /^\d+\.\d+\.\d+\nctdb-deno \d+\.\d+\.\d+/);
  });
});

Deno.test("status says whose answer it waits for", async () => {
  await withDaemon(async ({ daemon, show }) => {
    daemon.state = withFault("GET_IFACES", 2, "silent");
    for (const line of ["-t 1 status", "-t 1 nodestatus all"]) {
      const { stderr } = await show(line);
      assert.match(stderr, /waiting for node 2 /, line);
      assert.match(stderr, /Control GET_IFACES failed to node 2, ret=110/);
    }
  });
});

Deno.test("wait returns when it is so, and says what is in the way when it does not become so", async () => {
  await withDaemon(async ({ daemon, run }) => {
    for (const goal of ["healthy", "healthy --all", "leader", "recovered"]) {
      assert.deepEqual(await run(`wait ${goal}`), { stdout: "", stderr: "", exit: 0 }, goal);
    }
    const cases: [state: FakeState, line: string, text: RegExp][] = [
      [withFlags({ 0: 2 }), "wait healthy", /healthy: node 0 is UNHEALTHY, and that for 0\.3 s/],
      [withFlags({ 2: 2 }), "wait healthy --all", /healthy: node 2 is UNHEALTHY, /],
      [
        { ...healthyState(), runState: RunState.STARTUP },
        "wait healthy",
        /has not finished to start/,
      ],
      [{ ...healthyState(), leader: UNKNOWN_PNN }, "wait leader", /nobody leads the cluster/],
      [
        { ...healthyState(), generation: INVALID_GENERATION },
        "wait recovered",
        /never been recovered/,
      ],
      [
        { ...healthyState(), recoveryMode: RecoveryMode.ACTIVE },
        "wait recovered",
        /recovery is going on/,
      ],
    ];
    for (const [state, line, text] of cases) {
      daemon.state = state;
      const { stderr, exit } = await run(`${line} --timeout 0.3`);
      assert.match(stderr, text);
      assert.equal(exit, 1);
    }
    daemon.state = withFlags({ 2: 2 });
    assert.equal((await run("wait healthy --timeout=0.3")).exit, 0);
    assert.match((await run("wait healthy --timeout=soon")).stderr, /^Invalid --timeout 'soon'/);
  });
});

Deno.test("wait waits for a daemon that is not there yet, and for what changes", async () => {
  await withDaemon(async ({ base, daemon, run }) => {
    daemon.state = withFlags({ 0: 2 });
    await Deno.rename(`${base}/run/ctdbd.socket`, `${base}/socket`);
    const waiting = run("wait healthy --timeout=60");
    await Deno.rename(`${base}/socket`, `${base}/run/ctdbd.socket`);
    await waitFor("it has asked the daemon", () => daemon.controls > 0);
    daemon.state = healthyState();
    assert.deepEqual(await waiting, { stdout: "", stderr: "", exit: 0 });
    await Deno.remove(`${base}/run/ctdbd.socket`);
    const { stderr, exit } = await run("wait leader --timeout=0.2");
    assert.match(stderr, /^Wait for leader: Connect to the daemon: /);
    assert.equal(exit, 1);
  });
});
