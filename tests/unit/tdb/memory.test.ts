import assert from "node:assert/strict";
import { MemoryTdbDisk, MemoryTdbFile, TdbError, type TdbErrorCode } from "../../../lib/tdb/mod.ts";
import { bytes } from "./support.ts";

const A = bytes("a");
const B = bytes("b");
const KINDS = { mutex: 0x1c41, fcntl: 0xc41, persistent: 0x400 };

function hasCode(code: TdbErrorCode) {
  return (error: unknown) => error instanceof TdbError && error.code === code;
}

/** Calls that were put off, to be made by the test. */
function deferred() {
  const queue: (() => void)[] = [];
  return {
    defer: (call: () => void) => void queue.push(call),
    run: () => queue.splice(0).forEach((f) => f()),
  };
}

for (const [kind, flags] of Object.entries(KINDS)) {
  const open = () => {
    const file = new MemoryTdbFile("x.tdb", { flags, hashSize: 7 });
    return {
      file,
      one: file.open({ flags, owner: "one" }),
      two: file.open({ flags, owner: "two" }),
    };
  };

  Deno.test(`memory, ${kind}: a chain is locked against other owners`, () => {
    const { file, one, two } = open();
    two.chainLock(A);
    assert.equal(file.holder(A), "two");
    assert.equal(file.holder(B), undefined);
    assert.equal(one.tryChainLock(A), false);
    assert.equal(one.tryChainLockRead(A), false);
    assert.equal(one.tryLockAll(), false);
    assert.equal(one.tryLockAllRead(), false);
    assert.equal(one.tryTransactionStart(), false);
    assert.equal(one.tryChainLock(B), true);
    one.chainUnlock(B);
    assert.equal(one.scan(0, {}, () => {}).busy, true);
    for (const use of [() => one.fetch(A), () => one.store(A, A), () => one.chainLock(A)]) {
      assert.throws(use, hasCode("LOCK"));
    }
    one.chainLockMark(A);
    one.store(A, B);
    assert.equal(one.tryChainLock(A), true);
    one.chainUnlock(A);
    one.chainLockUnmark(A);
    assert.equal(one.tryChainLock(A), false);
    two.chainUnlock(A);
    assert.deepEqual(two.fetch(A), B);
    assert.equal(one.tryChainLock(A), true);
  });

  Deno.test(`memory, ${kind}: read locks are shared unless they are mutexes`, () => {
    const { one, two } = open();
    two.chainLockRead(A);
    assert.equal(one.tryChainLockRead(A), kind !== "mutex");
  });

  Deno.test(`memory, ${kind}: a transaction stays unseen until its commit`, () => {
    const { one, two } = open();
    one.store(A, A);
    two.transactionStart();
    two.store(A, B);
    assert.deepEqual(one.fetch(A), A);
    assert.equal(one.tryChainLockRead(A), true);
    one.chainUnlockRead(A);
    assert.equal(one.tryChainLock(A), false);
    assert.equal(one.tryTransactionStart(), false);
    assert.throws(() => one.store(A, A), hasCode("LOCK"));
    two.transactionCommit();
    assert.deepEqual(one.fetch(A), B);
  });

  Deno.test(`memory, ${kind}: closing frees locks and drops the transaction`, () => {
    const { one, two } = open();
    two.transactionStart();
    two.store(A, B);
    two.close();
    assert.equal(one.exists(A), false);
    one.store(A, A);
  });

  Deno.test(`memory, ${kind}: helpers get a lock in turn, and marks pass it on`, () => {
    const { file, one } = open();
    const { defer, run } = deferred();
    const log: string[] = [];
    one.chainLock(A);
    const first = file.waitForLock(A, defer, () => log.push("first"));
    const second = file.waitForLock(A, defer, () => log.push("second"));
    const all = file.waitForLock(undefined, defer, () => log.push("all"));
    run();
    assert.deepEqual(log, []);
    one.chainUnlock(A);
    assert.deepEqual(log, []);
    run();
    assert.deepEqual(log, ["first"]);
    assert.equal(one.tryChainLock(A), false);
    one.chainLockMark(A);
    one.store(A, A);
    one.chainLockUnmark(A);
    second.release();
    first.release();
    run();
    assert.deepEqual(log, ["first", "all"]);
    assert.equal(one.tryChainLock(B), false);
    all.release();
    assert.equal(one.tryLockAll(), true);
  });

  Deno.test(`memory, ${kind}: a grant that was not delivered yet is withdrawn`, () => {
    const { file, one } = open();
    const { defer, run } = deferred();
    const lock = file.waitForLock(A, defer, () => assert.fail("released"));
    assert.equal(one.tryChainLock(A), false);
    lock.release();
    run();
    assert.equal(one.tryChainLock(A), true);
  });
}

Deno.test("memory: CLEAR_IF_FIRST empties a file only when nobody has it open", () => {
  const disk = new MemoryTdbDisk();
  const first = disk.open("/x.tdb", { flags: KINDS.mutex, hashSize: 7 });
  first.store(A, A);
  const second = disk.open("/x.tdb", { flags: KINDS.mutex, hashSize: 9 });
  assert.equal(second.hashSize, 7);
  assert.deepEqual(second.fetch(A), A);
  assert.throws(() => disk.open("/x.tdb", { flags: KINDS.persistent }), hasCode("EINVAL"));
  first.close();
  second.close();
  const third = disk.open("/x.tdb", { flags: KINDS.fcntl, hashSize: 9 });
  assert.equal(third.hashSize, 9);
  assert.equal(third.exists(A), false);
});

Deno.test("memory: files outlive handles, and are opened as the flags say", () => {
  const disk = new MemoryTdbDisk();
  assert.throws(() => disk.open("/x.tdb", { openFlags: 2 }), hasCode("NOEXIST"));
  const tdb = disk.open("/x.tdb");
  tdb.store(A, B);
  tdb.close();
  assert.throws(() => disk.open("/x.tdb", { openFlags: 0o302 }), hasCode("EXISTS"));
  const reader = disk.open("/x.tdb", { openFlags: 0 });
  assert.deepEqual(reader.fetch(A), B);
  assert.throws(() => reader.store(A, A), hasCode("RDONLY"));
  assert.deepEqual(disk.paths(), ["/x.tdb"]);
  assert.equal(disk.remove("/x.tdb"), true);
  assert.throws(() => disk.open("/x.tdb", { openFlags: 2 }), hasCode("NOEXIST"));
});

Deno.test("memory: a loss of power keeps commits, and of other writes some or none", () => {
  const content = (coin: number | undefined) => {
    const disk = new MemoryTdbDisk();
    const tdb = disk.open("/x.tdb", { flags: KINDS.persistent });
    tdb.transactionStart();
    tdb.store(A, A);
    tdb.transactionCommit();
    tdb.delete(A);
    tdb.store(B, B);
    tdb.transactionStart();
    tdb.store(bytes("c"), B);
    disk.powerLoss(coin === undefined ? undefined : { u32: () => coin });
    assert.throws(() => tdb.fetch(A), hasCode("EINVAL"));
    const after = disk.open("/x.tdb");
    return [A, B, bytes("c")].map((key) => after.exists(key));
  };
  assert.deepEqual(content(undefined), [true, false, false]);
  assert.deepEqual(content(0), [true, false, false]);
  assert.deepEqual(content(1), [false, true, false]);
});

Deno.test("memory: without sync a commit is lost with the power", () => {
  const disk = new MemoryTdbDisk();
  const tdb = disk.open("/x.tdb", { flags: KINDS.fcntl });
  tdb.transactionStart();
  tdb.store(A, A);
  tdb.transactionCommit();
  disk.powerLoss();
  assert.equal(disk.open("/x.tdb").exists(A), false);
});
