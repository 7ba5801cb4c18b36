import assert from "node:assert/strict";
import { main } from "../../../cli/ctdb-event.ts";
import { formatStatus } from "../../../lib/events/mod.ts";
import {
  type CliVector,
  expectation,
  loadCliVectors,
  substitute,
} from "../../support/cli-vectors.ts";
import { expectedRun } from "../../support/departures.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { debianEvent } from "./debian.ts";
import { OurEventd } from "./our-eventd.ts";
import { debianAvailable, Scratch } from "./scratch.ts";
import { mustRun } from "../../../testing/process/command.ts";

const vectors = loadCliVectors("event").map((vector, i) => expectedRun("event", i, vector));

/** The captured runs of `ctdb-event` itself, by their number in the file. */
function runsBetween(first: number, last: number): [number, CliVector][] {
  return vectors.map((vector, i): [number, CliVector] => [i, vector])
    .filter(([i, { argv }]) => i >= first && i <= last && argv[0] === "ctdb-event");
}

/** What was done to the scripts before a captured run, which the captures do not tell in full. */
type Preparation = (scratch: Scratch) => void;

const multi = "printf 'multi\\n\\nlines\\n'";
const remove = (name: string) => (scratch: Scratch) =>
  Deno.removeSync(`${scratch.base}/events/legacy/${name}.script`);

const legacyPreparations: Record<number, Preparation> = {
  35: (scratch) => {
    scratch.script("share/events/legacy/05.data.script", "true");
    scratch.script("share/events/legacy/30.other.script", multi);
    scratch.script("10.local", "echo hello");
    scratch.script("20.off", "true", 0o644);
  },
  51: (scratch) => {
    scratch.directory("events/legacy/40.dir.script");
    scratch.script("bad", "true");
  },
  54: remove("40.dir"),
  57: (scratch) => scratch.script("15.fail", "echo one line failure; exit 3"),
  61: (scratch) => scratch.script("15.fail", "printf 'first\\n\\n  third\\n'; exit 1"),
  63: (scratch) => scratch.script("15.fail", "exit 7"),
  65: remove("15.fail"),
};

const fail = (body: string, mode = 0o755): Preparation => (scratch) =>
  scratch.script("events/comp2/03.fail.script", body, mode);
const failFile = (content: string): Preparation => (scratch) =>
  scratch.file("events/comp2/03.fail.script", content, 0o755);

const comp2Preparations: Record<number, Preparation> = {
  80: (scratch) => {
    scratch.directory("events/comp2");
    scratch.script("events/comp2/01.ok.script", "exit 0");
    scratch.script("events/comp2/02.out.script", 'echo "args: $*"');
  },
  82: (scratch) => {
    fail("exit 7")(scratch);
    scratch.script("events/comp2/04.never.script", "exit 0");
  },
  85: fail("sleep 30"),
  87: failFile("no interpreter\n"),
  89: failFile("#!/nonexistent/interpreter\n"),
  91: fail("kill -9 $$"),
  93: fail("echo a long message on stderr >&2; exit 99"),
  95: fail("exit 0", 0o644),
  97: (scratch) => scratch.script("events/comp2/05.averyveryverylongscriptname.script", "exit 0"),
  103: (scratch) => {
    Deno.removeSync(`${scratch.base}/events/comp2`, { recursive: true });
    scratch.directory("events/comp2");
  },
  106: (scratch) => scratch.directory("share/events/comp2"),
};

async function replay(
  scratch: Scratch,
  runs: [number, CliVector][],
  preparations: Record<number, Preparation> = {},
): Promise<void> {
  const places = { BASE: scratch.base.replace(/\/node\.0$/, ""), WORK: scratch.base };
  const pending = Object.keys(preparations).map(Number);
  for (const [number, vector] of runs) {
    while (pending[0] !== undefined && pending[0] <= number) {
      preparations[pending.shift()!]!(scratch);
    }
    const setup = { program: "ctdb-event", env: { ...scratch.env, ...vector.env } };
    const words = vector.argv.slice(1);
    const result = await runProgram(main, words, setup);
    const what = `run ${number}: ${vector.argv.join(" ")}`;
    const expected = (text: string) =>
      expectation(
        substitute(text, places).replaceAll(`${places.BASE}/node.0`, scratch.base),
        places,
      );
    assert.match(result.stdout, expected(vector.stdout), what);
    assert.match(result.stderr, expected(vector.stderr), what);
    assert.equal(result.exit, vector.exit, what);
  }
}

Deno.test("captured runs on component legacy", async () => {
  using scratch = new Scratch();
  scratch.script(
    "00.test",
    `case "$1" in
       takeip|releaseip) [ $# -eq 4 ] || exit 1; echo "$1 event for $2 $3 $4" ;;
       *) echo "$1 event" ;;
     esac`,
  );
  await using daemon = await OurEventd.start(scratch);
  for (const event of ["init", "startup", "monitor"]) {
    await daemon.runner.run({ event, timeout_s: 10 });
  }
  await daemon.runner.run({ event: "takeip", args: "lo 192.168.100.1 24", timeout_s: 10 });
  await replay(scratch, runsBetween(0, 75), legacyPreparations);
});

Deno.test("captured runs on another component", async () => {
  using scratch = new Scratch();
  await using _daemon = await OurEventd.start(scratch);
  await replay(scratch, runsBetween(80, 109).filter(([i]) => i < 107), comp2Preparations);
});

Deno.test("captured runs without a daemon", async () => {
  using scratch = new Scratch();
  const nowhere = `${scratch.base}/nobase/node.9`;
  for (const [number, vector] of runsBetween(76, 78)) {
    const env = { ...scratch.env, CTDB_BASE: nowhere };
    const { stdout, stderr, exit } = await runProgram(main, vector.argv.slice(1), { env });
    assert.equal(stdout, vector.stdout, `run ${number}`);
    assert.equal(stderr, substitute(vector.stderr, { WORK: scratch.base }), `run ${number}`);
    assert.equal(exit, vector.exit, `run ${number}`);
  }
});

Deno.test("captured runs: without installed scripts, and help in any state", async () => {
  using scratch = new Scratch();
  Deno.removeSync(`${scratch.base}/share/events/legacy`);
  await replay(scratch, [...runsBetween(79, 79), ...runsBetween(107, 109)]);
});

Deno.test("test mode without CTDB_BASE is a broken setup, which aborts", async () => {
  const env = { CTDB_TEST_MODE: "1" };
  assert.deepEqual(await runProgram(main, ["script", "list", "legacy"], { env }), {
    stdout: "",
    stderr: "Broken CTDB setup, CTDB_BASE not set in test mode\n",
    exit: -6,
  });
});

Deno.test("with run-all asked for in test mode all scripts run", async () => {
  using scratch = new Scratch();
  scratch.script("10.a", "exit 1");
  scratch.script("20.b", "echo second");
  await using _daemon = await OurEventd.start(scratch);
  const env = { ...scratch.env, CTDB_EVENT_RUN_ALL: "1" };
  assert.equal((await runProgram(main, ["run", "9", "legacy", "x"], { env })).exit, 8);
  const { stdout } = await runProgram(main, ["status", "legacy", "x"], { env });
  assert.match(stdout, /OUTPUT: second/);
});

Deno.test("data of an earlier run, and scripts never reached, are not shown", () => {
  const script = (name: string, begin_us: bigint, result = 0, output = "") => ({
    name,
    begin_us,
    end_us: begin_us + 1500n,
    result,
    output,
  });
  const names = (text: string) =>
    text.split("\n").map((line) => line.split(" ")[0]).filter(Boolean);
  assert.deepEqual(
    names(formatStatus([
      script("10", 50n),
      script("20", 0n, -61),
      script("25", 0n, -42),
      script("30", 60n, -8),
      script("40", 20n),
      script("50", 70n),
    ])),
    ["10", "30"],
  );
  assert.equal(formatStatus([script("10", 0n, -8, "text\n\n")]).split("\n")[1], "  OUTPUT: text");
});

/** Calls whose outcome does not depend on the release, on a directory with one of everything. */
const calls = `script list legacy
  script enable legacy 51.wrong | script enable legacy 50.both | script enable legacy 70.plain
  script enable legacy bad | script enable legacy 7.x | script enable legacy 80.fifo
  script enable legacy 53.dir | script enable legacy 60.dangling | script enable legacy 05.data
  script enable legacy nope | script enable legacy 90.dangling | script enable legacy 06.alias
  script list legacy
  script disable legacy 51.wrong | script disable legacy 50.both | script disable legacy 70.plain
  script disable legacy bad | script disable legacy 80.fifo | script disable legacy 05.data
  script disable legacy nope | script disable nowhere nope | script enable nowhere 05.data
  script list legacy
  -d NOTICE script list legacy | -dNOTICE script enable legacy 50.both
  --debug=3 script disable legacy 50.both | -d=n script enable legacy 50.both
  -d 2 script enable legacy 50.both | -d 99 script enable legacy 50.both
  --debug NOTICEX script enable legacy 50.both | --debug= script enable legacy 50.both
  script -d INFO enable legacy -- bad | script enable -- legacy -x
  -h | -h run | -h nosuch | run -hd | -hz | --help=x run | -h=x | --deb | -debug | - | --debug | -5
  script | script list | script enable legacy | -- status legacy | run 1 legacy
  run 5 legacy good a b | status legacy good | run 5x legacy bad
  status legacy never | -d3 status nowhere x
  -d NOTICE run 5 legacy bad | -d NOTICE run 5 nowhere x`
  .split(/[|\n]/).map((line) => line.trim().split(" "));

function prepareOneOfEverything(scratch: Scratch): void {
  const own = `${scratch.base}/events/legacy`;
  const shipped = `${scratch.base}/share/events/legacy`;
  for (const name of ["05.data", "30.other", "50.both", "51.wrong", "bad", "53.dir"]) {
    scratch.script(`share/events/legacy/${name}.script`, "true");
  }
  Deno.symlinkSync(`${shipped}/05.data.script`, `${shipped}/06.alias.script`);
  Deno.symlinkSync("/nonexistent", `${shipped}/90.dangling.script`);
  scratch.script("50.both", "[ $1 != bad ] || exit 3");
  scratch.script("70.plain", "true", 0o644);
  for (const name of ["7.x", "71", "72.", "bad"]) scratch.script(name, "true", 0o644);
  Deno.symlinkSync("/nonexistent", `${own}/51.wrong.script`);
  Deno.symlinkSync("/nonexistent", `${own}/60.dangling.script`);
  Deno.symlinkSync("../../share/events/legacy/30.other.script", `${own}/30.other.script`);
  scratch.directory("events/legacy/53.dir.script");
  mustRun(["mkfifo", `${own}/80.fifo.script`]);
}

/** What ours says where Debian's is silent. */
const REMARK = /^(Script .* does not exist in .*|Event .* is none that the daemon raises)\n/gm;

Deno.test({
  name: "our tool and Debian's say and do the same",
  ignore: !debianAvailable,
  async fn() {
    using theirs = new Scratch();
    using ours = new Scratch();
    prepareOneOfEverything(theirs);
    prepareOneOfEverything(ours);
    await using _theirDaemon = await OurEventd.start(theirs);
    await using _ourDaemon = await OurEventd.start(ours);
    for (const args of calls) {
      const expected = await debianEvent(theirs, ...args);
      const found = await runProgram(main, args, { env: ours.env });
      const same = (text: string) =>
        text.replaceAll(theirs.base, "BASE").replaceAll(ours.base, "BASE")
          .replaceAll(/\d+\.\d{3} \w{3} \w{3} .*/g, "TIME").replaceAll(
            /\w{3} \w{3} .* 20\d\d/g,
            "TIME",
          );
      assert.deepEqual(
        {
          exit: found.exit,
          stdout: same(found.stdout),
          stderr: same(found.stderr.replaceAll(REMARK, "")),
        },
        { exit: expected.exit, stdout: same(expected.stdout), stderr: same(expected.stderr) },
        args.join(" "),
      );
    }
  },
});
