/** `ctdb top` against a daemon that is none, and in a terminal that is one. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { binaryCommand } from "../../../testing/process/run-binary.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { richState } from "../../../testing/fake-daemon/fake-state.ts";

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?25h\x1b[?1049l";

async function withDaemon(
  work: (env: Record<string, string>, daemon: FakeDaemon) => Promise<void>,
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-top-" });
  try {
    await using daemon = await FakeDaemon.start(base, richState());
    await work({ CTDB_TEST_MODE: "yes", CTDB_BASE: base, NO_COLOR: "1" }, daemon);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("top --once prints one frame that fits on a terminal", async () => {
  await withDaemon(async (env) => {
    const { stdout, stderr, exit } = await runProgram(ctdb, ["top", "--once", "--sort=name"], {
      env,
    });
    assert.deepEqual([stderr, exit], ["", 0]);
    const lines = stdout.trimEnd().split("\n");
    assert.ok(lines.length <= 24);
    for (const line of lines) assert.ok(line.length <= 80, line);
    assert.match(stdout, /^ +0 L 192\.168\.20\.41 +OK /m);
    assert.match(stdout, /^10\.0\.0\.32 +nobody /m);
    assert.match(stdout, /^ +5 +0 \S+\.tdb +key1$/m);
  });
});

Deno.test("top says what it does not understand, and that it needs a terminal", async () => {
  await withDaemon(async (env) => {
    const run = (...words: string[]) => runProgram(ctdb, ["top", ...words], { env });
    const cases: [string, RegExp][] = [
      ["--sort=size", /^Invalid value of --sort 'size': calls, locks, wait, pending, name$/m],
      ["--interval=0", /^Invalid interval '0': 0\.5 to 60 seconds$/m],
      ["--interval=2", /^Show a live view: no terminal; see --once$/m],
    ];
    for (const [word, text] of cases) {
      const { stderr, exit } = await run(word);
      assert.equal(exit, 1);
      assert.match(stderr, text);
    }
  });
});

const hasTerminals = await Deno.stat("/usr/bin/script").then(() => true, () => false);

/** Runs `ctdb top` on a terminal of its own; what it writes to it comes back in the output. */
function onTerminal(env: Record<string, string>): RunningProgram {
  const words = [...binaryCommand, "ctdb", "top", "--interval=0.5"];
  // The terminal is checked by what a line that is typed after the program comes back as.
  const line = `${
    words.join(" ")
  }; echo "status=$?"; stty -a | tr ' ' '\\n' | grep -x -- '-\\?icanon;\\?'`;
  return new RunningProgram(["script", "-qefc", line, "/dev/null"], { env });
}

const ENDS: Readonly<Record<string, (pid: number) => { type?: string; status: number }>> = {
  "q": () => ({ type: "q", status: 0 }),
  "Ctrl-C": () => ({ type: "\x03", status: 0 }),
  "SIGTERM": (pid) => {
    Deno.kill(pid, "SIGTERM");
    return { status: 143 };
  },
  "SIGINT from elsewhere": (pid) => {
    Deno.kill(pid, "SIGINT");
    return { status: 130 };
  },
};

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test({
    name: `top puts the terminal back when it ends: ${name}`,
    ignore: !hasTerminals,
    fn: async () => {
      await withDaemon(async (env) => {
        await using program = onTerminal(env);
        await program.stdout(/q quit/);
        const { type, status } = end(await pidOfTop(env.CTDB_BASE!));
        if (type !== undefined) await typeIn(program, type);
        const output = await program.stdout(new RegExp(`status=${status}\\r?\\n.*icanon`));
        assert.ok(output.includes(ENTER));
        const after = output.slice(output.lastIndexOf(LEAVE) + LEAVE.length);
        assert.match(after, /^[^]*status=\d+\r?\nicanon/);
        assert.ok(!after.includes("\x1b[H"), "nothing is drawn on the screen that was put back");
      });
    },
  });
}

Deno.test({
  name: "top in a terminal follows keys, and ends when its daemon does",
  ignore: !hasTerminals,
  fn: async () => {
    await withDaemon(async (env, daemon) => {
      await using program = onTerminal(env);
      await program.stdout(/all nodes, by calls/);
      await typeIn(program, "2w");
      await program.stdout(/node 2, by wait/);
      daemon.dropClients();
      await program.stdout(/Connection to the daemon: [^]*status=1\r?\nicanon/);
    });
  },
});

async function typeIn(program: RunningProgram, text: string): Promise<void> {
  const writer = program.child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}

/** The process of the tool: the one that has the environment of this test and a terminal. */
async function pidOfTop(base: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const words = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (!words.endsWith("ctdb\0top\0--interval=0.5\0")) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.includes(`CTDB_BASE=${base}\0`)) return Number(name);
  }
  throw new Error("find the process of ctdb top: there is none");
}
