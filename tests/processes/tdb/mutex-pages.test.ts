/** The pages of a file's mutexes are made ready before all of them are locked. */
import assert from "node:assert/strict";
import { runCommand } from "../../../testing/process/command.ts";
import { openTdb, TdbFlag } from "../../../lib/tdb/mod.ts";
import { MutexPages, sharedBegins } from "../../../lib/tdb/mutex-pages.ts";
import { withDirectory } from "../../unit/tdb/support.ts";

const MUTEXES = {
  flags: TdbFlag.MUTEX_LOCKING | TdbFlag.INCOMPATIBLE_HASH | TdbFlag.CLEAR_IF_FIRST,
  hashSize: 100_001,
};

/** Of the mapping of the file's begin, what is in memory and what the disk has not seen, in KiB. */
function mappedBegin(path: string): { rss: number; dirty: number } {
  const smaps = Deno.readTextFileSync("/proc/self/smaps").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  const entry = smaps.find((text) => /^\S+ rw-s 0+ /.test(text) && text.includes(` ${path}\n`))!;
  const field = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(entry)![1]);
  return { rss: field("Rss"), dirty: field("Private_Dirty") + field("Shared_Dirty") };
}

/** All that was written goes to the disk, and the pages are as if nobody had written to them. */
async function writeBack(path: string): Promise<void> {
  const { exit, stderr } = await runCommand(["sync", path]);
  assert.equal(exit, 0, stderr);
  assert.equal(mappedBegin(path).dirty, 0);
}

Deno.test("the pages of all mutexes are ready to be written, and nothing on them has changed", () =>
  withDirectory(async (directory) => {
    const path = `${Deno.realPathSync(directory)}/x.tdb`;
    const tdb = openTdb(path, MUTEXES);
    await writeBack(path);
    const before = Deno.statSync(path).size;
    new MutexPages(path).populate();
    const { rss, dirty } = mappedBegin(path);
    assert.equal(dirty, rss);
    assert.ok(rss >= MUTEXES.hashSize * 40 / 1024, `${rss} KiB`);
    assert.equal(Deno.statSync(path).size, before);
    assert.ok(tdb.tryLockAll());
    tdb.unlockAll();
    tdb.close();
  }));

Deno.test("a file that was opened again, renamed or removed is locked as any other", () =>
  withDirectory((directory) => {
    const path = `${directory}/x.tdb`;
    for (let round = 0; round < 2; round++) {
      const tdb = openTdb(path, MUTEXES);
      if (round === 1) Deno.renameSync(path, `${directory}/y.tdb`);
      assert.ok(tdb.tryLockAll());
      tdb.unlockAll();
      tdb.close();
    }
    const removed = openTdb(path, MUTEXES);
    Deno.removeSync(path);
    assert.ok(removed.tryLockAll());
    removed.unlockAll();
    removed.close();
  }));

Deno.test("of the mappings only those count that share the begin of a file and may be written", () => {
  const maps = [
    "7f2eb9800000-7f2eb9bd1000 rw-s 00000000 fe:00 2294884                    /run/a b.tdb.0",
    "7f2f080e3000-7f2f08145000 rw-s 003d1000 fe:00 2294884                    /run/a b.tdb.0",
    "7f2f08145000-7f2f08146000 r--s 00000000 fe:00 2294885                    /run/read.tdb.0",
    "7f2f08146000-7f2f08147000 rw-p 00000000 fe:00 2294886                    /run/own.tdb.0",
    "7f2f08147000-7f2f08148000 rw-p 00000000 00:00 0 ",
    "7f2f08148000-7f2f0814a000 rw-s 00000000 fe:00 2294887                    /run/c.tdb.0",
    "",
  ].join("\n");
  assert.deepEqual(
    [...sharedBegins(maps)],
    [
      ["/run/a b.tdb.0", { start: 0x7f2eb9800000n, bytes: 0x3d1000n }],
      ["/run/c.tdb.0", { start: 0x7f2f08148000n, bytes: 0x2000n }],
    ],
  );
});

Deno.test("a scan takes no mutex of a chain that is empty and free", () =>
  withDirectory(async (directory) => {
    const path = `${Deno.realPathSync(directory)}/x.tdb`;
    const tdb = openTdb(path, MUTEXES);
    await writeBack(path);
    assert.deepEqual(tdb.scan(0, {}, () => {}), { next: undefined, records: 0, busy: false });
    assert.equal(mappedBegin(path).dirty, 0);
    tdb.close();
  }));
