import assert from "node:assert/strict";
import {
  describeLockHolders,
  findLockHolders,
  mutexesSupported,
  openTdb,
  type Tdb,
  TdbError,
  TdbFlag,
} from "../../../lib/tdb/mod.ts";
import { Peer } from "./peer.ts";
import { bytes, hex, withDirectory } from "../../unit/tdb/support.ts";
import { runCommand } from "../../../testing/process/command.ts";

/*
 * What depends on there being two real processes: `peer` is a second one with the same file open.
 */

const A = bytes("a");
const B = bytes("b");
const KINDS = { mutex: 0x1c41, fcntl: 0xc41, persistent: 0x400 };

/** Runs `body` over a file that this process and a peer have open. */
async function withPeer(
  flags: number,
  body: (tdb: Tdb, peer: Peer, path: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.tdb`;
    const tdb = openTdb(path, { flags, hashSize: 7 });
    try {
      assert.notEqual(tdb.chainOf(A), tdb.chainOf(B));
      await using peer = await Peer.open(path, flags, 0);
      await body(tdb, peer, path);
    } finally {
      tdb.close();
    }
  });
}

for (const [kind, flags] of Object.entries(KINDS)) {
  const exclusive = (flags & TdbFlag.MUTEX_LOCKING) !== 0;

  Deno.test(`two processes, ${kind}: a chain is locked against the other`, () =>
    withPeer(flags, async (tdb, peer) => {
      tdb.store(B, B);
      await peer.call("chainLock", hex("a"));
      assert.equal(tdb.tryChainLock(A), false);
      assert.equal(tdb.tryChainLockRead(A), false);
      assert.equal(tdb.tryLockAll(), false);
      assert.equal(tdb.tryLockAllRead(), false);
      assert.equal(tdb.tryTransactionStart(), false);
      assert.equal(tdb.tryChainLock(B), true);
      tdb.chainUnlock(B);
      const busy = tdb.scan(0, {}, () => {});
      assert.deepEqual({ next: busy.next, busy: busy.busy }, { next: tdb.chainOf(A), busy: true });
      await peer.call("chainUnlock", hex("a"));
      assert.equal(tdb.tryChainLock(A), true);
      assert.equal(await peer.call("tryChainLock", hex("a")), false);
      tdb.chainUnlock(A);
      assert.equal(tdb.scan(0, {}, () => {}).busy, false);
    }));

  Deno.test(`two processes, ${kind}: who holds all chains has the empty ones, too`, () =>
    withPeer(flags, async (tdb, peer) => {
      await peer.call("lockAll");
      const { next, busy } = tdb.scan(3, {}, () => {});
      assert.deepEqual({ next, busy }, { next: 3, busy: true });
      await peer.call("unlockAll");
      assert.equal(tdb.scan(3, {}, () => {}).busy, false);
    }));

  Deno.test(`two processes, ${kind}: read locks ${exclusive ? "exclude" : "share"}`, () =>
    withPeer(flags, async (tdb, peer) => {
      await peer.call("chainLockRead", hex("a"));
      assert.equal(tdb.tryChainLockRead(A), !exclusive);
      assert.equal(tdb.tryChainLock(B), true);
    }));

  Deno.test(`two processes, ${kind}: a transaction stays unseen until its commit`, () =>
    withPeer(flags, async (tdb, peer) => {
      tdb.store(A, A);
      assert.equal(await peer.call("tryTransactionStart"), true);
      await peer.call("store", hex("a"), hex("b"));
      assert.deepEqual(tdb.fetch(A), A);
      assert.equal(tdb.tryChainLock(A), false);
      assert.equal(tdb.tryTransactionStart(), false);
      await peer.call("transactionCommit");
      assert.deepEqual(tdb.fetch(A), B);
    }));

  Deno.test(`two processes, ${kind}: the death of a holder frees its locks`, () =>
    withPeer(flags, async (tdb, peer) => {
      await peer.call("chainLock", hex("a"));
      assert.equal(tdb.tryChainLock(A), false);
      await peer.kill();
      assert.equal(tdb.tryChainLock(A), true);
      tdb.store(A, B);
      tdb.chainUnlock(A);
      assert.equal(tdb.check(), true);
    }));

  Deno.test(`two processes, ${kind}: the holder of a lock is found`, () =>
    withPeer(flags, async (tdb, peer, path) => {
      assert.deepEqual(findLockHolders(path), []);
      assert.equal(describeLockHolders(path, A), "holder not visible");
      await peer.call("chainLock", hex("a"));
      const by = exclusive ? "MUTEX" : "FCNTL";
      const chain = tdb.chainOf(A);
      const expected = { pid: peer.pid, program: "deno", by, scope: "chain", chain } as const;
      assert.deepEqual(findLockHolders(path, A), [expected]);
      assert.deepEqual(findLockHolders(path), [expected]);
      assert.deepEqual(findLockHolders(path, B), []);
      assert.equal(describeLockHolders(path, A), `deno (pid ${peer.pid}) has chain ${chain}`);
      // Looking did not drop our own locks: no descriptor of the file was closed.
      tdb.chainLock(B);
      findLockHolders(path);
      assert.equal(await peer.call("tryChainLock", hex("b")), false);
      tdb.chainUnlock(B);
      await peer.call("chainUnlock", hex("a"));
      await peer.call("lockAll");
      const found = findLockHolders(path, A);
      assert.ok(found.length > 0);
      for (const { pid, scope } of found) {
        assert.deepEqual({ pid, scope }, { pid: peer.pid, scope: "all" });
      }
    }));

  Deno.test(`two processes, ${kind}: a killed transaction leaves nothing behind`, () =>
    withPeer(flags, async (tdb, peer) => {
      tdb.store(A, A);
      await peer.call("tryTransactionStart");
      await peer.call("store", hex("a"), hex("b"));
      await peer.call("store", hex("b"), hex("b"));
      await peer.call("transactionPrepareCommit");
      await peer.kill();
      assert.equal(tdb.tryChainLock(A), true);
      tdb.chainUnlock(A);
      assert.deepEqual(tdb.fetch(A), A);
      assert.equal(tdb.exists(B), false);
      assert.equal(tdb.check(), true);
    }));
}

Deno.test("a committed transaction outlives SIGKILL", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.tdb`;
    await using peer = await Peer.open(path, KINDS.persistent, 7);
    await peer.call("tryTransactionStart");
    await peer.call("store", hex("a"), hex("b"));
    await peer.call("transactionCommit");
    await peer.kill();
    const tdb = openTdb(path, { flags: KINDS.persistent });
    assert.deepEqual(tdb.fetch(A), B);
    assert.equal(tdb.check(), true);
    tdb.close();
  });
});

Deno.test("CLEAR_IF_FIRST empties a file only when nobody has it open", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.tdb`;
    await using peer = await Peer.open(path, KINDS.mutex, 7);
    await peer.call("store", hex("a"), hex("b"));
    const second = openTdb(path, { flags: KINDS.mutex });
    assert.deepEqual(second.fetch(A), B);
    second.close();
    await peer.kill();
    const first = openTdb(path, { flags: KINDS.mutex });
    assert.equal(first.exists(A), false);
    first.close();
  });
});

Deno.test("a file with mutexes is not opened without them", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/x.tdb`;
    await using _peer = await Peer.open(path, KINDS.mutex, 7);
    assert.throws(
      () => openTdb(path, { flags: KINDS.fcntl }),
      (error) => error instanceof TdbError && error.code === "EINVAL",
    );
  }));

Deno.test("the mutex probe leaves signals and children of this process alone", async () => {
  assert.equal(mutexesSupported(), true);
  const caught = /^SigCgt:\s+(\w+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
  assert.equal(BigInt(`0x${caught}`) & (1n << 16n), 0n);
  assert.equal((await runCommand(["sh", "-c", "exit 7"])).exit, 7);
});
