/** Commands that change a database or a file do so whole or not at all, and say which. */
import assert from "node:assert/strict";
import { writeBackup } from "../../cli/ctdb/commands/databases/backup-file.ts";
import { openTdb } from "../../lib/tdb/mod.ts";
import { recordValue } from "../../lib/wire/mod.ts";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { main as ctdb } from "../../cli/ctdb.ts";
import { type ProgramResult, runProgram } from "../../testing/process/program-io.ts";
import { SmallDisk } from "../../testing/services/small-disk.ts";

const BUFFERS_AT = 24;
const RECORDS_AT = 32;
const FIRST_RECORD_AT = 104 + 16;
const ENOSPC = 28;
const mayMount = SmallDisk.available();

/** One node with a persistent database of two records and a backup of it. */
async function withBackup(
  work: (place: Place) => Promise<void>,
  conf: Record<string, Record<string, string>> = {},
): Promise<void> {
  await using cluster = await Cluster.start({
    nodes: [ours],
    conf,
    tunables: { RerecoveryTimeout: 1 },
  });
  const { base, env } = cluster.node(0);
  const run = (args: string[], stdin = "") => runProgram(ctdb, args, { env: { ...env }, stdin });
  const good = async (...args: string[]) => {
    const result = await run(args);
    assert.equal(result.exit, 0, result.stderr);
    return result.stdout;
  };
  await good("attach", "secrets.tdb", "persistent");
  await good("pstore", "secrets.tdb", "first", "one");
  await good("pstore", "secrets.tdb", "second", "two");
  const backup = `${base}/secrets.bak`;
  await good("backupdb", "secrets.tdb", backup);
  await good("pstore", "secrets.tdb", "first", "changed since");
  await work({ base, backup, run, good });
}

interface Place {
  readonly base: string;
  readonly backup: string;
  readonly run: (args: string[], stdin?: string) => Promise<ProgramResult>;
  readonly good: (...args: string[]) => Promise<string>;
}

/** A backup whose bytes are changed. */
type Damage = (file: Uint8Array<ArrayBuffer>) => Uint8Array;

const set64 = (at: number, value: bigint): Damage => (file) => {
  new DataView(file.buffer).setBigUint64(at, value, true);
  return file;
};

const damages: Readonly<Record<string, { readonly damage: Damage; readonly says: RegExp }>> = {
  "no buffers counted": { damage: set64(BUFFERS_AT, 0n), says: /behind the 0 buffers/ },
  "more buffers counted": { damage: set64(BUFFERS_AT, 2n), says: /cut off, after byte \d+/ },
  "fewer records counted": { damage: set64(RECORDS_AT, 1n), says: /3 records, .* counts 1/ },
  "cut off": { damage: (file) => file.subarray(0, -9), says: /cut off, after byte 104/ },
  "something behind it": {
    damage: (file) => new Uint8Array([...file, 0]),
    says: /1 bytes behind the 1 buffers/,
  },
  "a record longer than its buffer": {
    damage: (file) => {
      new DataView(file.buffer).setUint32(FIRST_RECORD_AT + 12, 0x7fff_ffff, true);
      return file;
    },
    says: /after byte 104/,
  },
};

Deno.test("restoredb of a damaged backup changes nothing and says what is wrong with it", async (t) => {
  await withBackup(async ({ base, backup, run, good }) => {
    const before = await good("catdb", "secrets.tdb");
    assert.match(before, /changed since/);
    for (const [name, { damage, says }] of Object.entries(damages)) {
      await t.step(name, async () => {
        const path = `${base}/damaged.bak`;
        await Deno.writeFile(path, damage(await Deno.readFile(backup)));
        const { stdout, stderr, exit } = await run(["restoredb", path]);
        assert.match(stdout, /^Restoring database secrets.tdb from backup @ [^\n]*\n$/);
        assert.match(stderr, says);
        assert.ok(stderr.startsWith(`Backup file ${path} is damaged: `), stderr);
        assert.ok(stderr.endsWith(": nothing was changed\n"), stderr);
        assert.equal(exit, 2);
        assert.equal(await good("catdb", "secrets.tdb"), before);
        const dump = await run(["dumpdbbackup", path]);
        assert.equal(dump.exit, 2);
        assert.match(dump.stderr, /is damaged|Failed to read records/);
      });
    }
    await good("restoredb", backup);
    assert.match(await good("catdb", "secrets.tdb"), /data\(3\) = "one"/);
  });
});

Deno.test({
  name: "backupdb onto a full disk leaves the last backup as it was",
  ignore: !mayMount,
  fn: async () => {
    await withBackup(async ({ backup, run, good }) => {
      using disk = SmallDisk.mount(64 * 1024);
      const path = `${disk.path}/secrets.bak`;
      await Deno.copyFile(backup, path);
      const before = await Deno.readFile(path);
      await good("pstore", "secrets.tdb", "large", "x".repeat(80_000));
      const { stdout, stderr, exit } = await run(["backupdb", "secrets.tdb", path]);
      assert.equal(stdout, "");
      assert.equal(stderr, `Failed to write file ${path}: No space left on device\n`);
      assert.equal(exit, ENOSPC);
      assert.deepEqual(await Deno.readFile(path), before);
      assert.deepEqual([...Deno.readDirSync(disk.path)].map(({ name }) => name), ["secrets.bak"]);
    });
  },
});

Deno.test("backupdb: a new file is for its owner alone, a link stays one, a device is written to", async () => {
  await withBackup(async ({ base, backup, run, good }) => {
    assert.equal((await Deno.stat(backup)).mode! & 0o777, 0o600);
    await Deno.symlink(backup, `${base}/link`);
    await good("backupdb", "secrets.tdb", `${base}/link`);
    assert.equal(await Deno.readLink(`${base}/link`), backup);
    assert.match(await good("dumpdbbackup", backup), /changed since/);
    const full = await run(["backupdb", "secrets.tdb", "/dev/full"]);
    assert.equal(full.stderr, "Failed to write file /dev/full: No space left on device\n");
    assert.equal(full.exit, ENOSPC);
    assert.equal((await run(["backupdb", "secrets.tdb", base])).exit, 21);
  });
});

Deno.test("ptrans: a line of any length is one change", async () => {
  await withBackup(async ({ run, good }) => {
    const value = "v".repeat(5000);
    const { stderr, exit } = await run(["ptrans", "secrets.tdb"], `"long" "${value}"\n`);
    assert.deepEqual([stderr, exit], ["", 0]);
    assert.equal(await good("pfetch", "secrets.tdb", "long"), `${value}\n`);
  });
});

Deno.test({
  name: "tstore onto a full disk changes nothing and fails",
  ignore: !mayMount,
  fn: async () => {
    await withBackup(async ({ run, good }) => {
      using disk = SmallDisk.mount(512 * 1024);
      const path = `${disk.path}/my.tdb`;
      openTdb(path).close();
      await good("tstore", path, "key", "before");
      const { stderr, exit } = await run(["tstore", path, "key", "x".repeat(800_000)]);
      assert.match(stderr, /^Failed to store record for key key: /);
      assert.equal(exit, 1);
      assert.match(await good("tfetch", path, "key"), /data\(6\) = "before"/);
    });
  },
});

Deno.test({
  name: "restoredb and wipedb on a full disk: whole or not at all, and said so",
  ignore: !mayMount,
  fn: async () => {
    using disk = SmallDisk.mount(4 * 1024 * 1024);
    const conf = { database: { "persistent database directory": disk.path } };
    await withBackup(async ({ base, run, good }) => {
      const path = `${base}/large.bak`;
      const stored = recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, new Uint8Array(8_000_000));
      const about = { dbId: 0, name: "secrets.tdb", flags: 1, time_s: 0n };
      const large = writeBackup(about, [{ key: new Uint8Array([1]), stored }]);
      await Deno.writeFile(path, new Blob(large).stream());
      const before = await good("catdb", "secrets.tdb");
      const restored = await run(["restoredb", path]);
      assert.match(restored.stderr, /^Control DB_TRANSACTION_COMMIT failed, ret=/);
      assert.notEqual(restored.exit, 0);
      assert.equal(await good("catdb", "secrets.tdb"), before);
      await Deno.writeFile(`${disk.path}/fill`, new Uint8Array(2 ** 23)).catch(() => {});
      const wiped = await run(["wipedb", "secrets.tdb"]);
      // The file may have room enough for a wipe.
      const after = await good("catdb", "secrets.tdb");
      if (wiped.exit === 0) assert.match(after, /^Dumped 0 records$/m);
      else assert.equal(after, before);
    }, conf);
  },
});
