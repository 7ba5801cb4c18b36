/** `ctdb openfiles`, `brlocks` and `sessions` on records that Samba wrote. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { databaseId } from "../../../lib/wire/mod.ts";
import { type ProgramResult, runProgram } from "../../../testing/process/program-io.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";
import { vectors } from "../../unit/samba/vectors.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { type FakeState, healthyState } from "../../../testing/fake-daemon/fake-state.ts";
import { addSambaDatabases } from "./support/samba-databases.ts";

const LOCKING = databaseId("locking.tdb");

interface Scene {
  readonly run: (...args: string[]) => Promise<ProgramResult>;
  readonly env: Record<string, string>;
  readonly state: FakeState;
}

async function withSamba(work: (scene: Scene) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-openfiles-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base, TZ: "UTC" };
  const state = healthyState();
  addSambaDatabases(state);
  try {
    await using _daemon = await FakeDaemon.start(base, state);
    await work({ run: (...args) => runProgram(ctdb, args, { env }), env, state });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("open files in words: process, user, mode, oplock or lease, time, rights", async () => {
  await withSamba(async ({ run }) => {
    const { stdout, stderr, exit } = await run("openfiles", "--file", "lease_timeout.dat");
    assert.deepEqual([stderr, exit], ["", 0]);
    const [head, handle, total] = stdout.split("\n");
    assert.equal(head, "/srv/share/lease_timeout.dat (65024:2255752:0)");
    assert.match(
      handle!,
      /^ {2}20918 {2}uid 0 {2}RDWR {2}DENY_NONE {2}LEASE\(RWH\) {2}2026-11-29 \d\d:\d\d:26 {2}/,
    );
    assert.match(handle!, / {2}0x001f01ff all {2}\(process unknown\) \(lease is breaking\)$/);
    assert.equal(total, "1 file, 1 open handle");
  });
});

Deno.test("files are found by path, by name in the share, and by id; processes by number", async () => {
  await withSamba(async ({ run }) => {
    const handles = async (...args: string[]) => {
      const { stdout } = await run("-X", "openfiles", ...args);
      return stdout.trim().split("\n").slice(1).map((row) => row.split("|"));
    };
    for (const file of ["/srv/share/a.txt", "a.txt", "65024:2253469:0"]) {
      assert.equal((await handles(`--file=${file}`)).length, 2, file);
    }
    assert.deepEqual((await handles("--pid", "15969")).map((row) => [row[2], row[14]]), [
      ["15969", "a.txt"],
    ]);
    assert.deepEqual(await handles("--file", "nosuch"), []);
    assert.deepEqual(await handles("--node", "7"), []);
    assert.equal((await handles()).length, 7);
  });
});

Deno.test("of two copies of a record the newer counts, and what no file has is passed over", async () => {
  await withSamba(async ({ run, state }) => {
    const [older] = vectors;
    const newer = vectors.find(({ name }) => name === "two-opens")!;
    const marker = new TextEncoder().encode("__db_sequence_number__\0");
    state.records.set(LOCKING, [
      { ...newer, rsn: 9n },
      { ...older!, rsn: 8n },
      { key: marker, value: new Uint8Array(8) },
      { key: vectors.find(({ name }) => name === "stream")!.key, value: new Uint8Array(48) },
    ]);
    const { files, not_understood } = JSON.parse((await run("--json", "openfiles")).stdout);
    assert.equal(files.length, 1);
    assert.equal(files[0].handles.length, 2);
    assert.deepEqual(not_understood, []);
  });
});

Deno.test("a record in an unknown layout gets a line with its key, and the exit status says so", async () => {
  await withSamba(async ({ run, state }) => {
    const [{ key, value }] = vectors as [typeof vectors[0]];
    state.records.set(LOCKING, [{ key, value: value.subarray(0, -1) }]);
    const human = await run("openfiles");
    assert.equal(human.exit, 1);
    assert.equal(human.stdout, "0 files, 0 open handles\n");
    assert.match(
      human.stderr,
      new RegExp(`^locking\\.tdb: record 0x${key.toHex()} not understood: `),
    );
    const { not_understood } = JSON.parse((await run("-j", "openfiles")).stdout);
    assert.deepEqual(not_understood.map((one: { key_hex: string }) => one.key_hex), [key.toHex()]);
  });
});

Deno.test("a name cannot break lines or speak to the terminal", async () => {
  await withSamba(async ({ run, state }) => {
    const [{ key, value }] = vectors as [typeof vectors[0]];
    const bad = value.slice();
    const at = bad.toHex().indexOf(new TextEncoder().encode("a.txt\0").toHex()) / 2;
    bad.set(new TextEncoder().encode("\x1b]\n|"), at);
    state.records.set(LOCKING, [{ key, value: bad }]);
    assert.match((await run("openfiles")).stdout, /^\/srv\/share\/\\x1b\]\\x0a\|t \(/);
    assert.match((await run("-X", "openfiles")).stdout, /\|\/srv\/share\|\\x1b\]\\x0a\\x7ct\|\n$/);
  });
});

Deno.test("without smbd there is nothing to read, and that is said", async () => {
  await withSamba(async ({ run, state }) => {
    state.databases = [];
    for (const command of ["openfiles", "brlocks", "sessions"]) {
      const { stdout, stderr, exit } = await run(command);
      assert.deepEqual([stdout, exit], ["", 1]);
      assert.match(stderr, /^Read \w+\.tdb: not attached; no smbd/);
    }
  });
});

Deno.test("options that are wrong are refused", async () => {
  await withSamba(async ({ run }) => {
    for (
      const [words, said] of [
        [["--pid", "x"], "Invalid value of --pid 'x': a process id\n"],
        [["--file"], "Invalid option --file: missing argument\n"],
        [["--watch=1"], "Invalid option --watch=1: option does not take an argument\n"],
      ] as const
    ) {
      const { stdout, stderr, exit } = await run("openfiles", ...words);
      assert.deepEqual([stdout, stderr, exit], ["", said, 1]);
    }
    assert.match((await run("openfiles", "a.txt")).stdout, /^Usage: /);
  });
});

Deno.test("--watch looks again until it is ended", async () => {
  await withSamba(async ({ env }) => {
    const args = ["--json", "openfiles", "--watch", "--file=a.txt"];
    await using program = RunningProgram.start("ctdb", args, { env });
    const lines = (await program.stdout(/\n.*\n/)).trim().split("\n");
    for (const line of lines) assert.equal(JSON.parse(line).files.length, 1);
    program.child.kill("SIGINT");
    assert.equal(await program.exit(), 130);
  });
});

Deno.test("byte locks with the names of their files", async () => {
  await withSamba(async ({ run }) => {
    const { stdout, stderr, exit } = await run("brlocks");
    assert.deepEqual([stderr, exit], ["", 0]);
    assert.equal(
      stdout,
      "/srv/share/testlock/async.txt (65024:2254157:0)\n" +
        "  21048  WRITE  WINDOWS  start 100  size 50  (process unknown)\n" +
        "1 file, 1 byte lock\n",
    );
  });
});

Deno.test("connections and counts; nothing of what follows the head of a session", async () => {
  await withSamba(async ({ run }) => {
    const { stdout, exit } = await run("sessions");
    assert.equal(exit, 0);
    assert.match(stdout, /^share {2}15969 {2}session 2151402764 {2}2026-11-29 /);
    assert.match(stdout, /\n2 sessions, 1 tree connect, 5 open files, 1 lease, 1 byte lock\n$/);
    for (const args of [["sessions"], ["-X", "sessions"], ["-j", "sessions"]]) {
      assert.doesNotMatch((await run(...args)).stdout, /AAAA|4141/);
    }
  });
});
