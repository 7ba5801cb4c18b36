import { denoSpawner } from "../../../lib/loop/mod.ts";
import assert from "node:assert/strict";
import { nullLogger } from "../../../lib/base/mod.ts";
import { type HelperLockEvents, RealStorage, type WorkOutcome } from "../../../lib/records/mod.ts";
import { openTdb, TdbFlag, TdbLibraryError } from "../../../lib/tdb/mod.ts";
import { RecordBufferWriter, recordValue } from "../../../lib/wire/mod.ts";
import { lockWaiters } from "../../../testing/process/lock-waiters.ts";
import { waitFor } from "../../../testing/process/wait.ts";
import { bytes, text } from "../../unit/records/support/fake-node.ts";
import { spawnCommand } from "../../../testing/process/command.ts";
import { mainModule } from "../../../testing/process/main-module.ts";

const binary = [Deno.execPath(), "run", "-A", "--no-lock", mainModule];
const helperCommand = [...binary, "ctdb_records_helper"];
const lockHelperCommand = [...binary, "ctdb_lock_helper"];

function libtdbAvailable(): boolean {
  try {
    openTdb("test", { flags: TdbFlag.INTERNAL }).close();
    return true;
  } catch (error) {
    if (error instanceof TdbLibraryError) return false;
    throw error;
  }
}
const ignore = !libtdbAvailable();

async function withStorage(
  mutexes: boolean,
  run: (storage: RealStorage, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-records-" });
  const directories = { volatile: directory, persistent: directory, state: directory };
  const storage = new RealStorage({
    pnn: 0,
    directories,
    mutexes,
    helperCommand,
    lockHelperCommand,
    spawn: denoSpawner,
    defer: queueMicrotask,
    log: nullLogger,
  });
  try {
    await run(storage, directory);
  } finally {
    storage.close();
    await storage.finished;
    await Deno.remove(directory, { recursive: true });
  }
}

const done = (start: (done: (outcome: WorkOutcome) => void) => void) =>
  new Promise<WorkOutcome>((resolve) => start(resolve));

function buffer(records: Record<string, [rsn: bigint, data: string]>): Uint8Array {
  const writer = new RecordBufferWriter(1);
  for (const [key, [rsn, data]] of Object.entries(records)) {
    writer.append(bytes(key), recordValue({ rsn, dmaster: 0, flags: 0 }, bytes(data)));
  }
  return writer.finish();
}

/** Events of a lock, as promises. */
function lockEvents() {
  const locked = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<string>();
  const events: HelperLockEvents = {
    locked: () => locked.resolve(),
    failed: (reason) => locked.reject(new Error(reason)),
    lost: (reason) => lost.resolve(reason),
  };
  return { events, locked: locked.promise, lost: lost.promise };
}

Deno.test({
  name: "the worker process updates all records of a persistent database or none",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const tdb = storage.openDatabase({ name: "p.tdb", kind: "persistent", hashSize: 11 });
      const file = { path: storage.pathOf("p.tdb", "persistent"), flags: tdb.flags };
      const first = await done((cb) =>
        storage.updateRecords(file, buffer({ a: [1n, "one"], b: [1n, "two"] }), cb)
      );
      assert.deepEqual(first, { ok: true });
      assert.equal(text(tdb.fetch(bytes("b"))!.subarray(24)), "two");
      const repeated = await done((cb) =>
        storage.updateRecords(file, buffer({ a: [1n, "one"] }), cb)
      );
      assert.deepEqual(repeated, { ok: true });
      const refused = await done((cb) =>
        storage.updateRecords(file, buffer({ c: [1n, "new"], a: [1n, "other"] }), cb)
      );
      assert.ok(!refused.ok && refused.refused);
      assert.equal(tdb.fetch(bytes("c")), undefined);
      tdb.close();
    }),
});

Deno.test({
  name: "the file of the last update stays open, and is opened anew where another has its place",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const open = (name: string) => {
        const tdb = storage.openDatabase({ name, kind: "persistent", hashSize: 11 });
        return { tdb, file: { path: storage.pathOf(name, "persistent"), flags: tdb.flags } };
      };
      const update = async ({ file }: ReturnType<typeof open>, data: string) => {
        const outcome = await done((cb) =>
          storage.updateRecords(file, buffer({ key: [BigInt(data.length), data] }), cb)
        );
        assert.deepEqual(outcome, { ok: true });
      };
      const content = ({ tdb }: ReturnType<typeof open>) =>
        text(tdb.fetch(bytes("key"))!.subarray(24));

      const [p, q] = [open("p.tdb"), open("q.tdb")];
      // Each larger than what the mapped handle of this process has seen of the file.
      for (const size of [1, 10_000, 200_000]) {
        await update(p, "p".repeat(size));
        assert.equal(content(p).length, size);
      }
      await update(q, "q");
      await update(p, "p".repeat(200_001));
      assert.deepEqual([content(p).length, content(q)], [200_001, "q"]);

      const replaced = { wipe: true, buffers: [buffer({ key: [1n, "new"] })] };
      assert.deepEqual(
        await done((cb) => storage.replaceRecords(p.file, replaced, cb)),
        { ok: true },
      );
      await update(p, "next");
      assert.equal(content(p), "next");

      p.tdb.close();
      await Deno.rename(p.file.path, `${p.file.path}.aside`);
      const again = open("p.tdb");
      await update(again, "first of the other file");
      assert.equal(content(again), "first of the other file");
      for (const { tdb } of [again, q]) tdb.close();
    }),
});

Deno.test({
  name: "the worker process replaces the content in one transaction, and dies without harm",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const tdb = storage.openDatabase({ name: "p.tdb", kind: "persistent", hashSize: 11 });
      const file = { path: storage.pathOf("p.tdb", "persistent"), flags: tdb.flags };
      tdb.store(bytes("old"), recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, bytes("x")));
      const bad = new Uint8Array([1, 0, 0, 0, 9, 0, 0, 0]);
      const failed = await done((cb) =>
        storage.replaceRecords(file, { wipe: true, buffers: [buffer({ a: [1n, "1"] }), bad] }, cb)
      );
      assert.ok(!failed.ok && !failed.refused);
      assert.ok(tdb.exists(bytes("old")));
      const content = { wipe: true, buffers: [buffer({ a: [1n, "1"] }), buffer({ b: [2n, "2"] })] };
      assert.deepEqual(await done((cb) => storage.replaceRecords(file, content, cb)), { ok: true });
      assert.ok(!tdb.exists(bytes("old")));
      assert.ok(tdb.exists(bytes("a")) && tdb.exists(bytes("b")));
      tdb.close();
    }),
});

Deno.test({
  name: "work that waits for a lock is cancelled by killing the worker; the next goes on",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const tdb = storage.openDatabase({ name: "p.tdb", kind: "persistent", hashSize: 11 });
      const file = { path: storage.pathOf("p.tdb", "persistent"), flags: tdb.flags };
      tdb.lockAll();
      const stuck = storage.updateRecords(file, buffer({ a: [1n, "1"] }), () => assert.fail());
      await waitFor("the worker waits for the lock", () => lockWaiters(file.path) > 0);
      stuck.cancel();
      tdb.unlockAll();
      const next = await done((cb) => storage.updateRecords(file, buffer({ b: [1n, "2"] }), cb));
      assert.deepEqual(next, { ok: true });
      assert.ok(!tdb.exists(bytes("a")));
      tdb.close();
    }),
});

for (const mutexes of [false, true]) {
  Deno.test({
    name: `a helper process gets a chain lock when it is free, mutexes ${mutexes}`,
    ignore,
    fn: () =>
      withStorage(mutexes, async (storage) => {
        const tdb = storage.openDatabase({ name: "v.tdb", kind: "volatile", hashSize: 11 });
        const file = { path: storage.pathOf("v.tdb", "volatile"), flags: tdb.flags };
        const key = bytes("key");
        const first = lockEvents();
        const lock = storage.lockRecord(file, key, first.events);
        await first.locked;
        assert.equal(tdb.tryChainLock(key), false);
        assert.match(storage.lockHolder(file, key), new RegExp(`pid ${lock.pid}`));
        const second = lockEvents();
        const whole = storage.lockDatabase(file, second.events);
        lock.release();
        await second.locked;
        assert.equal(tdb.tryLockAll(), false);
        tdb.lockAllMark();
        tdb.store(key, bytes("under the mark"));
        tdb.lockAllUnmark();
        Deno.kill(whole.pid!, "SIGKILL");
        assert.match(await second.lost, /SIGKILL/);
        whole.release();
        assert.equal(tdb.tryChainLock(key), true);
        tdb.chainUnlock(key);
        tdb.close();
      }),
  });
}

Deno.test({
  name: "a traverse reads what the filter wants, in a process of its own",
  ignore,
  fn: () =>
    withStorage(true, async (storage) => {
      const tdb = storage.openDatabase({ name: "v.tdb", kind: "volatile", hashSize: 11 });
      const file = { path: storage.pathOf("v.tdb", "volatile"), flags: tdb.flags };
      const put = (key: string, dmaster: number, data: string) =>
        tdb.store(bytes(key), recordValue({ rsn: 1n, dmaster, flags: 0 }, bytes(data)));
      put("mine", 0, "data");
      put("empty", 0, "");
      put("theirs", 1, "data");
      const seen: string[] = [];
      const outcome = await done((cb) =>
        storage.traverse(file, { dmaster: 0, content: "data" }, {
          batch: (records, more) => {
            seen.push(...records.map(([key]) => text(key)));
            more();
          },
          done: cb,
        })
      );
      assert.deepEqual(outcome, { ok: true });
      assert.deepEqual(seen, ["mine"]);
      tdb.close();
    }),
});

Deno.test({
  name: "a helper does not outlive its daemon, not even while it waits for a file",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const tdb = storage.openDatabase({ name: "v.tdb", kind: "volatile", hashSize: 11 });
      tdb.lockAll();
      const script = `
        import { HelperProcess } from "${new URL(
        "../../../lib/records/storage/helper-process.ts",
        import.meta.url,
      )}";
        import { denoSpawner } from "${new URL("../../../lib/loop/mod.ts", import.meta.url)}";
        const helper = new HelperProcess(denoSpawner, ${JSON.stringify(helperCommand)}, () => {});
        const file = { path: ${
        JSON.stringify(storage.pathOf("v.tdb", "volatile"))
      }, flags: ${tdb.flags} };
        helper.send({ kind: "update", file, buffer: new Uint8Array(${
        JSON.stringify([...buffer({ a: [1n, "1"] })])
      }) });
        console.log(helper.pid);
        setInterval(() => {}, 1000);`;
      const daemon = spawnCommand([Deno.execPath(), "run", "-A", "--no-lock", "--ext=ts", "-"], {
        stdin: "piped",
        stdout: "piped",
      });
      const writer = daemon.stdin.getWriter();
      await writer.write(bytes(script));
      await writer.close();
      const reader = daemon.stdout.getReader();
      const { value } = await reader.read();
      const pid = Number(text(value!));
      const path = storage.pathOf("v.tdb", "volatile");
      await waitFor("the helper waits for the lock", () => lockWaiters(path) > 0);
      daemon.kill("SIGKILL");
      await daemon.status;
      await reader.cancel();
      await waitFor("the helper ends", () => !alive(pid));
      tdb.unlockAll();
      tdb.close();
    }),
});

Deno.test({
  name: "a file is synced by a helper, which leaves the locks of the daemon alone",
  ignore,
  fn: () =>
    withStorage(false, async (storage) => {
      const tdb = storage.openDatabase({ name: "s.tdb", kind: "volatile", hashSize: 7 });
      tdb.store(bytes("key"), bytes("value"));
      tdb.chainLock(bytes("key"));
      const synced = await done((told) => storage.syncFile(fileOf(storage, "s.tdb"), told));
      assert.deepEqual(synced, { ok: true });
      const held = Deno.readTextFileSync("/proc/locks").split("\n");
      const { ino } = Deno.statSync(storage.pathOf("s.tdb", "volatile"));
      assert.ok(held.some((line) => line.includes(`:${ino} `) && line.includes("WRITE")));
      tdb.chainUnlock(bytes("key"));
      tdb.close();
      const missing = { path: storage.pathOf("none.tdb", "volatile"), flags: 0 };
      const failed = await done((told) => storage.syncFile(missing, told));
      assert.equal(failed.ok, false);
    }),
});

function fileOf(storage: RealStorage, name: string) {
  return { path: storage.pathOf(name, "volatile"), flags: 0 };
}

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
