import assert from "node:assert/strict";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";

const program = "ctdb_mutex_fcntl_helper";
const cHelper = "/usr/libexec/ctdb/ctdb_mutex_fcntl_helper";

/** Runs `body` with the name of a lock file in a directory of its own. */
async function withLockFile(body: (file: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "fcntl-helper-" });
  try {
    await body(`${directory}/lock`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function hasCHelper(): boolean {
  try {
    return Deno.statSync(cHelper).isFile;
  } catch {
    return false;
  }
}

const helpers: Record<string, (args: string[]) => RunningProgram> = {
  ours: (args) => RunningProgram.start(program, args),
  ...(hasCHelper() ? { "C": (args) => new RunningProgram([cHelper, ...args]) } : {}),
};

for (const [holderName, holder] of Object.entries(helpers)) {
  for (const [otherName, other] of Object.entries(helpers)) {
    Deno.test(`${holderName} holds the lock: ${otherName} is refused, then gets it`, async () => {
      await withLockFile(async (file) => {
        await using first = holder([file, "1"]);
        await first.stdout(/^0$/);
        await using refused = other([file, "1"]);
        assert.equal(await refused.stdoutEnd(), "1");
        assert.equal(await refused.exit(), 0);
        assert.equal(await refused.stderrEnd(), "");

        first.child.kill("SIGTERM");
        assert.equal(await first.exit(), -15);
        await using next = other([file, "1"]);
        await next.stdout(/^0$/);
      });
    });
  }
}

Deno.test("the lock file was removed: the lock is lost", async () => {
  await withLockFile(async (file) => {
    await using helper = RunningProgram.start(program, [file, "1"]);
    await helper.stdout(/^0$/);
    Deno.removeSync(file);
    assert.equal(await helper.stdoutEnd(), "0");
    assert.equal(await helper.exit(), 0);
    const expected = `${program}: lock lost - lock file "${file}" open failed (ret=2)\n`;
    assert.equal(await helper.stderrEnd(), expected);
  });
});

Deno.test("another file took the place of the lock file: the lock is lost", async () => {
  await withLockFile(async (file) => {
    await using helper = RunningProgram.start(program, [file, "1"]);
    await helper.stdout(/^0$/);
    Deno.renameSync(file, `${file}.old`);
    Deno.writeTextFileSync(file, "");
    assert.equal(await helper.stdoutEnd(), "0");
    const expected = `${program}: lock lost - lock file "${file}" inode changed\n`;
    assert.equal(await helper.stderrEnd(), expected);
  });
});

Deno.test("the parent is gone: the lock is released", async () => {
  await withLockFile(async (file) => {
    const script = '"$@" & echo started; read line';
    const command = [...binaryCommand, program, file];
    await using parent = new RunningProgram(["/bin/sh", "-c", script, "sh", ...command]);
    await parent.stdout(/started/);
    await parent.stdout(/0$/);
    parent.child.kill("SIGKILL");
    // The helper shares the pipes of the shell: they end when it ends.
    await parent.stdoutEnd();
    assert.equal(await parent.stderrEnd(), "parent gone\n");
    await using next = RunningProgram.start(program, [file]);
    await next.stdout(/^0$/);
  });
});

Deno.test("the file system does not answer: the lock is given up after the ping timeout", async () => {
  await withLockFile(async (file) => {
    await using hang = await holdCheckByte(file);
    await using helper = RunningProgram.start(program, [file, "1", "1"]);
    assert.equal(await helper.stdoutEnd(), "0");
    assert.equal(await helper.stderrEnd(), `${program}: ping timeout from lock test\n`);
    assert.equal(await helper.exit(), 0);
    assert.notEqual(hang.pid, helper.pid);
  });
});

Deno.test("without a ping timeout a check that hangs does not stop the helper", async () => {
  await withLockFile(async (file) => {
    await using hang = await holdCheckByte(file);
    await using helper = RunningProgram.start(program, [file, "1"]);
    await helper.stdout(/^0$/);
    await using refused = RunningProgram.start(program, [file]);
    assert.equal(await refused.stdoutEnd(), "1");
    // Once the check is granted, the next one finds that the file is gone.
    Deno.removeSync(file);
    await hang[Symbol.asyncDispose]();
    assert.match(await helper.stderrEnd(), /open failed/);
  });
});

/** Another process has the byte that the check wants: to the helper, a file system that hangs. */
async function holdCheckByte(file: string): Promise<RunningProgram> {
  const script = new URL("../support/hold-record-lock.ts", import.meta.url).href;
  const options = ["--quiet", "--no-check", "-A"];
  const holder = new RunningProgram([Deno.execPath(), "run", ...options, script, file, "1"]);
  await holder.stdout(/held/);
  return holder;
}

for (const args of [[], ["f", "x"], ["f", "5", "x"], ["f", "-1"], ["f", "5", "0", "more"]]) {
  Deno.test(`wrong arguments [${args.join(" ")}]: usage, status 1, no answer`, async () => {
    const result = await runBinary(args, { program });
    assert.deepEqual(result, {
      stdout: "",
      stderr: `Usage: ${program} <file> [recheck_interval [ping_timeout]]\n`,
      exit: 1,
    });
  });
}

Deno.test("a file that cannot be opened: an error, not contention", async () => {
  const result = await runBinary(["/nonexistent/lock"], { program });
  assert.deepEqual(result, {
    stdout: "3",
    stderr: `${program}: Unable to open /nonexistent/lock - (No such file or directory)\n`,
    exit: 0,
  });
});
