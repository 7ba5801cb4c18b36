import assert from "node:assert/strict";
import { MAX_SCRATCH_MEMORY_BYTES } from "../../../lib/limits/mod.ts";
import { SmallDisk } from "../../../testing/services/small-disk.ts";
import { FileScratch } from "../../../lib/records/mod.ts";
import { FreezeTransaction } from "../../../lib/records/recovery/freeze-transaction.ts";

/** Files of this process that have no name any more, below `directory`. */
function namelessFiles(directory: string): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
    try {
      const target = Deno.readLinkSync(`/proc/self/fd/${name}`);
      return target.startsWith(directory) && target.endsWith("(deleted)") ? [target] : [];
    } catch {
      return []; // The descriptor of the listing itself.
    }
  });
}

Deno.test("scratch room is zeroed, in a file without a name, and gone when it is released", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const scratch = new FileScratch([directory]);
    assert.deepEqual(namelessFiles(directory), [], "nothing before the first allocation");
    const small = scratch.allocate(10);
    const large = scratch.allocate(3_000_000);
    assert.deepEqual([small.length, large.length], [10, 3_000_000]);
    assert.ok(large.every((byte) => byte === 0));
    small.fill(7);
    large.fill(9);
    assert.deepEqual([small[9], large[0], large[2_999_999]], [7, 9, 9]);
    assert.equal(namelessFiles(directory).length, 1);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
    scratch.release();
    scratch.release();
    assert.deepEqual(namelessFiles(directory), []);
    assert.equal(scratch.allocate(1)[0], 0);
    scratch.release();
  } finally {
    Deno.removeSync(directory);
  }
});

Deno.test("scratch room that no directory has is some memory, and then an error, not a signal later", () => {
  const scratch = new FileScratch(["/nonexistent", "/nowhere"]);
  const last = scratch.allocate(3_000_000);
  last.fill(5);
  assert.equal(last[2_999_999], 5);
  assert.throws(
    () => scratch.allocate(MAX_SCRATCH_MEMORY_BYTES),
    /Make a file for a recovery in \/nonexistent: refused; .* in \/nowhere: refused/,
  );
  scratch.release();
  assert.equal(scratch.allocate(MAX_SCRATCH_MEMORY_BYTES)[0], 0);
  scratch.release();
});

Deno.test({
  name: "scratch room is where the next directory has it, when a disk is full",
  ignore: !SmallDisk.available(),
  fn: () => {
    using full = SmallDisk.mount(64 * 1024);
    const roomy = Deno.makeTempDirSync();
    try {
      const scratch = new FileScratch([full.path, roomy]);
      const first = scratch.allocate(10_000);
      first.fill(3);
      const second = scratch.allocate(3_000_000);
      second.fill(4);
      const third = scratch.allocate(10_000);
      assert.deepEqual([namelessFiles(full.path).length, namelessFiles(roomy).length], [1, 1]);
      assert.deepEqual([first[9_999], second[2_999_999], third[9_999]], [3, 4, 0]);
      scratch.release();
      assert.deepEqual([namelessFiles(full.path).length, namelessFiles(roomy).length], [0, 0]);
    } finally {
      Deno.removeSync(roomy);
    }
  },
});

Deno.test("what is staged in scratch room is given back with the transaction, and with a wipe", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const transaction = new FreezeTransaction(7, new FileScratch([directory]));
    const buffer = new Uint8Array(300_000).fill(5);
    assert.ok(transaction.stage(buffer));
    assert.equal(transaction.buffers[0]![299_999], 5);
    assert.equal(namelessFiles(directory).length, 1);
    transaction.wipe();
    assert.deepEqual([transaction.buffers.length, namelessFiles(directory).length], [0, 0]);
    transaction.stage(buffer);
    transaction.release();
    assert.deepEqual([transaction.released, namelessFiles(directory).length], [true, 0]);
  } finally {
    Deno.removeSync(directory);
  }
});
