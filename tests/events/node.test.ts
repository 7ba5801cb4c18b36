import assert from "node:assert/strict";
import { expectRun } from "./support/expect.ts";
import { exists, Sandbox } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";

// 00.ctdb, 01.reclock, 05.system and 95.database: the node itself.

scenarioTest("00.ctdb init empties the scratch directory", async () => {
  await using sandbox = await Sandbox.open();
  await sandbox.write("var/scripts/service/x", "old");
  expectRun(await sandbox.event("00.ctdb", "init"), 0, []);
  assert.deepEqual([...Deno.readDirSync(`${sandbox.directory}/var/scripts`)], []);
});

scenarioTest("00.ctdb init fails if the scratch directory cannot be made", async () => {
  await using sandbox = await Sandbox.open({ env: { CTDB_SCRIPT_VARDIR: "/proc/nosuch/scripts" } });
  expectRun(await sandbox.event("00.ctdb", "init"), 1);
});

scenarioTest("00.ctdb checks the number of arguments", async () => {
  await using sandbox = await Sandbox.open();
  expectRun(await sandbox.event("00.ctdb", "takeip", "e0", "10.0.0.1"), 1);
  expectRun(await sandbox.event("00.ctdb", "takeip", "e0", "10.0.0.1", "24"), 0);
  expectRun(await sandbox.event("00.ctdb", "updateip", "e0", "10.0.0.1", "24"), 1);
  expectRun(await sandbox.event("00.ctdb", "monitor"), 0, []);
});

scenarioTest("01.reclock init makes the directory of the lock file", async () => {
  await using sandbox = await Sandbox.open();
  await sandbox.answer({ "ctdb-config": 'echo "$CASE/shared/.ctdb/lock"' });
  const run = await sandbox.event("01.reclock", "init");
  expectRun(run, 0, []);
  assert.ok(run.calls.includes("ctdb-config get cluster recovery lock"));
  assert.ok(await exists(`${sandbox.directory}/shared/.ctdb`));
  assert.ok(!await exists(`${sandbox.directory}/shared/.ctdb/lock`));
});

scenarioTest("01.reclock init leaves other kinds of lock alone", async () => {
  await using sandbox = await Sandbox.open();
  for (const lock of ["", "!/usr/bin/helper /x/lock"]) {
    await sandbox.answer({ "ctdb-config": `echo '${lock}'` });
    expectRun(await sandbox.event("01.reclock", "init"), 0, []);
  }
  await sandbox.answer({ "ctdb-config": "exit 22" });
  expectRun(await sandbox.event("01.reclock", "init"), 22);
});

/** Answers of `df`: each directory's usage in percent; all are filesystems of their own. */
function df(usage: number): string {
  return `printf 'Filesystem K Used Free Capacity Mounted\\n/dev/x 9 9 9 ${usage}%% %s\\n' "$2"`;
}

async function openFilesystem(options: string): Promise<Sandbox> {
  const sandbox = await Sandbox.open({
    options: [options, "CTDB_MONITOR_MEMORY_USAGE=101"],
  });
  await sandbox.write("bin/df", await sandbox.read("bin/ip"));
  await Deno.chmod(`${sandbox.directory}/bin/df`, 0o755);
  return sandbox;
}

scenarioTest(
  "05.system warns of a filesystem once per value, and says when it is over",
  async () => {
    await using sandbox = await openFilesystem("CTDB_MONITOR_FILESYSTEM_USAGE=/:80:90");
    for (
      const [usage, said] of [[79, /^$/], [80, /WARNING.*80%/], [80, /^$/], [85, /WARNING.*85%/]]
    ) {
      await sandbox.answer({ df: df(Number(usage)) });
      const run = await sandbox.event("05.system", "monitor");
      expectRun(run, 0);
      assert.match(run.output, said as RegExp);
    }
    await sandbox.answer({ df: df(90) });
    for (let round = 0; round < 2; round++) {
      const run = await sandbox.event("05.system", "monitor");
      expectRun(run, 1);
      assert.match(run.output, /ERROR.*90%/);
    }
    await sandbox.answer({ df: df(20) });
    const over = await sandbox.event("05.system", "monitor");
    expectRun(over, 0);
    assert.match(over.output, /NOTICE.*20%/);
    assert.equal((await sandbox.event("05.system", "monitor")).output, "");
  },
);

scenarioTest("05.system takes either threshold alone", async () => {
  await using warn = await openFilesystem("CTDB_MONITOR_FILESYSTEM_USAGE=/:10");
  await warn.answer({ df: df(100) });
  expectRun(await warn.event("05.system", "monitor"), 0);

  await using fail = await openFilesystem("CTDB_MONITOR_FILESYSTEM_USAGE=/::95");
  await fail.answer({ df: df(94) });
  const below = await fail.event("05.system", "monitor");
  expectRun(below, 0);
  assert.equal(below.output, "");
  await fail.answer({ df: df(95) });
  expectRun(await fail.event("05.system", "monitor"), 1);
});

scenarioTest("05.system only warns of what it cannot measure", async () => {
  await using sandbox = await openFilesystem(
    'CTDB_MONITOR_FILESYSTEM_USAGE="/no/such:1:2 /:bad:1x"',
  );
  await sandbox.answer({ df: "exit 1" });
  const run = await sandbox.event("05.system", "monitor");
  expectRun(run, 0);
  assert.match(run.output, /does not exist: \/no\/such/);
  assert.match(run.output, /cannot read usage of filesystem: \//);
  await sandbox.answer({ df: df(99) });
  assert.match((await sandbox.event("05.system", "monitor")).output, /invalid .* threshold: 1x/);
});

scenarioTest("05.system watches the databases' filesystems by default, each once", async () => {
  await using sandbox = await openFilesystem("CTDB_MONITOR_FILESYSTEM_USAGE=");
  for (const kind of ["volatile", "persistent", "state"]) {
    await sandbox.write(`db/${kind}/x`, "");
  }
  await sandbox.answer({
    df: "printf 'Filesystem K Used Free Capacity Mounted\\n/dev/x 9 9 9 91%% /\\n'",
  });
  const run = await sandbox.event("05.system", "monitor");
  expectRun(run, 0);
  assert.equal(run.output.match(/WARNING: Filesystem \/ /g)?.length, 1);
});

/** `/proc/meminfo`, mounted over the real one. */
function meminfo(lines: Record<string, number>): string {
  const text = Object.entries(lines).map(([name, kb]) => `${name}: ${kb} kB\\n`).join("");
  return `printf '${text}' >"$CASE/meminfo"; mount --bind "$CASE/meminfo" /proc/meminfo`;
}

const swap = { SwapTotal: 1000, SwapFree: 900 };

scenarioTest("05.system counts memory that is neither available nor free swap", async () => {
  // (1000 - 600 + 100) / 2000 = 25 %
  const setup = meminfo({ MemTotal: 1000, MemFree: 1, MemAvailable: 600, ...swap });
  for (
    const [thresholds, said] of [["26", /^$/], ["25", /WARNING: System memory .*25%/]] as const
  ) {
    await using sandbox = await Sandbox.open({
      setup,
      options: [`CTDB_MONITOR_MEMORY_USAGE=${thresholds}`, "CTDB_MONITOR_FILESYSTEM_USAGE=/:101"],
    });
    const run = await sandbox.event("05.system", "monitor");
    expectRun(run, 0);
    assert.match(run.output, said);
  }
});

scenarioTest("05.system counts caches as available where the kernel does not say", async () => {
  const setup = meminfo({ MemTotal: 1000, MemFree: 100, Buffers: 200, Cached: 300, ...swap });
  await using sandbox = await Sandbox.open({
    setup,
    options: ["CTDB_MONITOR_MEMORY_USAGE=25", "CTDB_MONITOR_FILESYSTEM_USAGE=/:101"],
  });
  assert.match((await sandbox.event("05.system", "monitor")).output, /used to 25%/);
});

scenarioTest(
  "05.system dumps the memory's state when the failure threshold is crossed",
  async () => {
    await using sandbox = await Sandbox.open({
      setup: meminfo({ MemTotal: 1000, MemAvailable: 100, SwapTotal: 0, SwapFree: 0 }),
      options: ["CTDB_MONITOR_MEMORY_USAGE=80:85", "CTDB_MONITOR_FILESYSTEM_USAGE=/:101"],
    });
    const first = await sandbox.event("05.system", "monitor");
    expectRun(first, 1, ["ps auxfww"]);
    assert.match(first.output, /ERROR: System memory is used to 90%/);
    assert.match(first.output, /MemTotal: 1000/);
    expectRun(await sandbox.event("05.system", "monitor"), 1, []);
  },
);

/** A checker that finds every file with "bad" in its content corrupt. */
const tdbtool = `
case "$#" in
0) echo "check: check the integrity" ;;
*) grep -q bad "$1" || echo "Database integrity is OK and has 1 records." ;;
esac`;

scenarioTest("95.database init passes good databases", async () => {
  await using sandbox = await Sandbox.open({ answers: { tdbtool } });
  await sandbox.write("db/volatile/a.tdb.0", "good");
  await sandbox.write("db/persistent/p.tdb.0", "good");
  const run = await sandbox.event("95.database", "init");
  expectRun(run, 0);
  assert.ok(run.calls.includes("tdbtool CASE/db/volatile/a.tdb.0 check"));
  assert.ok(run.calls.includes("tdbtool CASE/db/persistent/p.tdb.0 check"));
});

scenarioTest("95.database init fails for a corrupt persistent database", async () => {
  await using sandbox = await Sandbox.open({ answers: { tdbtool } });
  await sandbox.write("db/persistent/p.tdb.0", "bad");
  const run = await sandbox.event("95.database", "init");
  expectRun(run, 1);
  assert.match(run.output, /corrupt: CASE\/db\/persistent\/p\.tdb\.0/);
  assert.equal(await sandbox.read("db/persistent/p.tdb.0"), "bad");
});

scenarioTest(
  "95.database init leaves empty files to the daemon, which makes them anew",
  async () => {
    await using sandbox = await Sandbox.open({ answers: { tdbtool } });
    for (const path of ["db/persistent/p.tdb.0", "db/volatile/v.tdb.0"]) {
      await sandbox.write(path, "");
    }
    const run = await sandbox.event("95.database", "init");
    expectRun(run, 0);
    assert.equal(run.calls.filter((call) => call.endsWith(" check")).length, 0);
    assert.equal(await sandbox.read("db/volatile/v.tdb.0"), "");
  },
);

scenarioTest("95.database init puts corrupt volatile databases aside, the newest few", async () => {
  await using sandbox = await Sandbox.open({
    answers: { tdbtool },
    options: ["CTDB_MAX_CORRUPT_DB_BACKUPS=2"],
  });
  await sandbox.write("db/volatile/a.tdb.0", "bad");
  await sandbox.write("db/volatile/a.tdb.0.20200101.000000.corrupt", "oldest");
  await sandbox.write("db/volatile/a.tdb.0.20210101.000000.corrupt", "old");
  await sandbox.write("db/volatile/b.tdb.0.20210101.000000.corrupt", "another");
  expectRun(await sandbox.event("95.database", "init"), 0);
  const left = [...Deno.readDirSync(`${sandbox.directory}/db/volatile`)].map((file) => file.name);
  assert.equal(left.length, 3);
  assert.ok(left.includes("a.tdb.0.20210101.000000.corrupt"));
  assert.ok(left.includes("b.tdb.0.20210101.000000.corrupt"));
  const [aside] = left.filter((name) => !name.includes(".20210101."));
  assert.match(aside ?? "", /^a\.tdb\.0\.\d{8}\.\d{6}\.corrupt$/);
});

scenarioTest("95.database init falls back to tdbdump, and to a warning", async () => {
  await using old = await Sandbox.open({ answers: { tdbtool: "", tdbdump: "exit 1" } });
  await old.write("db/persistent/p.tdb.0", "x");
  const run = await old.event("95.database", "init");
  expectRun(run, 1);
  assert.ok(run.calls.includes("tdbdump CASE/db/persistent/p.tdb.0"));
});

scenarioTest("95.database init checks a real database with the real tdbtool", async () => {
  await using sandbox = await Sandbox.open({
    answers: { tdbtool: 'real "$@"; exit $?' },
    setup: `
      mkdir -p "$CASE/db/persistent"
      printf 'create %s\\ninsert key value\\n' "$CASE/db/persistent/p.tdb.0" | tdbtool >/dev/null`,
  });
  expectRun(await sandbox.event("95.database", "init"), 0);
  const offset = 400;
  const damage = `printf '\\377\\377\\377\\377' | dd of="$CASE/db/persistent/p.tdb.0" bs=1`;
  await sandbox.write("setup", `${damage} seek=${offset} conv=notrunc 2>/dev/null`);
  expectRun(await sandbox.event("95.database", "init"), 1);
});

const getdbmap = `
case "$*" in
pnn) echo 0 ;;
leader) echo "\${LEADER:-0}" ;;
"getdbmap -X")
	echo '|ID|Name|Path|Persistent|Sticky|Unhealthy|Readonly|Replicated|'
	echo '|0x1|p.tdb|/x/p.tdb.0|1|0|0|0|0|'
	echo '|0x2|v.tdb|/x/v.tdb.0|0|0|0|0|0|' ;;
"backupdb "*) echo "dump of $2" >"$3" ;;
esac`;

scenarioTest("95.database monitor makes one backup a day, for its owner alone", async () => {
  await using sandbox = await Sandbox.open({ answers: { ctdb: getdbmap } });
  await sandbox.etc(
    "events/legacy/95.database.options",
    'CTDB_PERSISTENT_DB_BACKUP_DIR="$CASE/backup"',
  );
  const run = await sandbox.event("95.database", "monitor");
  expectRun(run, 0);
  const files = [...Deno.readDirSync(`${sandbox.directory}/backup`)].map((file) => file.name);
  assert.equal(files.length, 1);
  assert.match(files[0] ?? "", /^ctdb-persistent-db\.\d{8}\.\d{6}\.tar\.gz$/);
  const mode = (path: string) => Deno.statSync(`${sandbox.directory}/${path}`).mode! & 0o777;
  assert.equal(mode("backup"), 0o700);
  assert.equal(mode(`backup/${files[0]}`), 0o600);
  const content = await sandbox.run("tar", "-xzOf", `${sandbox.directory}/backup/${files[0]}`);
  assert.equal(content.output, "dump of p.tdb\n");

  const again = await sandbox.event("95.database", "monitor");
  assert.deepEqual(again.calls, []);
});

scenarioTest(
  "95.database monitor deletes the oldest backups, and makes none elsewhere",
  async () => {
    await using sandbox = await Sandbox.open({
      answers: { ctdb: getdbmap },
      options: [
        'CTDB_PERSISTENT_DB_BACKUP_DIR="$CASE/backup"',
        "CTDB_PERSISTENT_DB_BACKUP_LIMIT=2",
      ],
      env: { LEADER: "1" },
    });
    const old = ["20200101", "20210101", "20220101"].map((day) =>
      `backup/ctdb-persistent-db.${day}.000000.tar.gz`
    );
    for (const name of old) {
      await sandbox.write(name, "");
      await Deno.utime(`${sandbox.directory}/${name}`, 0, 0);
    }
    expectRun(await sandbox.event("95.database", "monitor"), 0);
    assert.deepEqual(
      [...Deno.readDirSync(`${sandbox.directory}/backup`)].map((file) => `backup/${file.name}`)
        .sort(),
      old.slice(1),
    );
  },
);

scenarioTest("95.database monitor fails if there can be no backup directory", async () => {
  await using sandbox = await Sandbox.open({
    options: ["CTDB_PERSISTENT_DB_BACKUP_DIR=/proc/nosuch/backup"],
  });
  expectRun(await sandbox.event("95.database", "monitor"), 1, []);
});

scenarioTest("ctdb-backup-persistent-tdbs.sh -L ends with the given status elsewhere", async () => {
  await using sandbox = await Sandbox.open({ answers: { ctdb: getdbmap }, env: { LEADER: "1" } });
  const program = `${sandbox.directory}/etc/ctdb-backup-persistent-tdbs.sh`;
  assert.equal((await sandbox.run(program, "-L", "7", sandbox.directory)).status, 7);
  assert.equal((await sandbox.run(program, "-l", sandbox.directory)).status, 0);
  assert.equal((await sandbox.run(program)).status, 1);
});
