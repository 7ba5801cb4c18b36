import assert from "node:assert/strict";
import { expectation, loadCliVectors, substitute } from "../support/cli-vectors.ts";
import type { CliVector } from "../support/cli-vectors.ts";
import { networkNamespaces } from "../../testing/cluster/network-namespaces.ts";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";

const program = "ping_pong";
const cProgram = "/usr/bin/ping_pong";
const rateLine = /[ 0-9]{7}[0-9] locks\/sec\r/;

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "ping-pong-" });
  try {
    await body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Runs that were ended by timeout(1) are ended here once they said all but repetitions. */
async function checkEndlessRun(vector: CliVector, places: Record<string, string>): Promise<void> {
  const start = vector.argv.findIndex((word) => word.endsWith("ping_pong")) + 1;
  const args = vector.argv.slice(start).map((word) => substitute(word, places));
  const expected = vector.stdout.replace(/(<RATE8> locks\/sec\r)+$/, "$1");
  const joins = vector.setup.startsWith("second");
  await using first = joins ? RunningProgram.start(program, args) : undefined;
  await first?.stdout(rateLine);
  await using run = RunningProgram.start(program, args);
  await run.stdout(rateLine);
  run.child.kill("SIGTERM");
  const text = (await run.stdoutEnd()).replace(/(locks\/sec\r)[^]*$/, "$1");
  assert.match(text, expectation(expected, places));
  assert.equal(await run.stderrEnd(), vector.stderr);
}

async function checkEndingRun(vector: CliVector, places: Record<string, string>): Promise<void> {
  const locked = vector.setup.startsWith("another process holds");
  await using holder = locked
    ? RunningProgram.start(program, ["-l", `${places.WORK}/pplock`])
    : undefined;
  await holder?.stdout(/now\./);
  const result = await runBinary(vector.argv.slice(1).map((word) => substitute(word, places)), {
    program,
    ...(vector.stdin === undefined ? {} : { stdin: vector.stdin }),
  });
  assert.match(result.stdout, expectation(vector.stdout, places));
  assert.equal(result.stderr, vector.stderr);
  assert.equal(result.exit, vector.exit);
}

const vectors = loadCliVectors("ltdbtool-pingpong")
  .filter(({ argv }) => argv.some((word) => word.endsWith("ping_pong")));
for (const [index, vector] of vectors.entries()) {
  Deno.test(`captured run ${index}: ${vector.argv.join(" ")}`, () =>
    withDirectory(async (directory) => {
      const places = { WORK: directory };
      if (vector.argv[0] === "timeout") await checkEndlessRun(vector, places);
      else await checkEndingRun(vector, places);
    }));
}

function hasCProgram(): boolean {
  try {
    return Deno.statSync(cProgram).isFile;
  } catch {
    return false;
  }
}

const partners: Record<string, readonly string[]> = {
  "ours": [...binaryCommand, program],
  ...(hasCProgram() ? { "the C tool": [cProgram] } : {}),
};
for (const [name, command] of Object.entries(partners)) {
  for (const options of ["-rw", "-rwm"]) {
    Deno.test(`${options} beside ${name}: coherent, each sees the writes of the other`, () =>
      withDirectory(async (directory) => {
        const args = [options, `${directory}/data`, "3"];
        await using partner = new RunningProgram([...command, ...args]);
        await partner.stdout(/data increment = 1\n/);
        const result = await runBinary([...args, "--report=1", "--instances=2"], { program });
        assert.match(result.stdout, /coherent: every visit saw the writes of all 2\n$/);
        assert.match(result.stdout, /^data increment = 2\n/);
        assert.match(result.stdout, /locks\/sec {2}min [0-9]+ {2}5% [0-9]+ {2}50% [0-9]+ /);
        assert.equal(result.exit, 0);
        await partner.stdout(/data increment = 2\n/);
      }));
  }
}

Deno.test("an instance that should be there but is not: incoherent, status 1", () =>
  withDirectory(async (directory) => {
    const args = ["-rw", `${directory}/data`, "3", "--report=1", "--instances=2"];
    const result = await runBinary(args, { program });
    assert.match(result.stdout, /INCOHERENT: writes of 1 of 2 instances came through\n$/);
    assert.equal(result.exit, 1);
  }));

Deno.test("data that changes without a lock: incoherent, status 1", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/data`;
    await using run = RunningProgram.start(program, ["-rw", path, "3", "--report=1"]);
    await run.stdout(/data increment = 1\n/);
    const ended = run.exit();
    let exit: number | undefined;
    void ended.then((status) => exit = status);
    using file = await Deno.open(path, { write: true });
    while (exit === undefined) {
      await file.seek(0, Deno.SeekMode.Start);
      await file.write(Uint8Array.of(77));
    }
    assert.equal(exit, 1);
    assert.match(await run.stdoutEnd(), /INCOHERENT: increments went/);
  }));

Deno.test({
  name: "instances of three hosts on one file: coherent",
  ignore: !networkNamespaces.available(),
  fn: () =>
    withDirectory(async (directory) => {
      const args = ["-rwm", `${directory}/data`, "4"];
      await using hosts = networkNamespaces.create("pingpong", 3);
      await using first = RunningProgram.start(program, args, { under: hosts.enter(0) });
      await first.stdout(/data increment = 1\n/);
      await using second = RunningProgram.start(program, args, { under: hosts.enter(1) });
      await first.stdout(/data increment = 2\n/);
      const reporting = [...args, "--report=1", "--instances=3"];
      await using third = RunningProgram.start(program, reporting, { under: hosts.enter(2) });
      assert.equal(await third.exit(), 0);
      assert.match(await third.stdoutEnd(), /saw the writes of all 3\n$/);
      await second.stdout(/data increment = 3\n/);
    }),
});

for (const option of ["--report=0", "--report=", "--report=x", "--instances=200", "--instances"]) {
  Deno.test(`${option} is refused`, async () => {
    const { exit, stderr, stdout } = await runBinary(["-rw", "/nonexistent/f", "3", option], {
      program,
    });
    assert.equal(exit, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^ping_pong: --(report|instances) must be 1 to/);
  });
}
