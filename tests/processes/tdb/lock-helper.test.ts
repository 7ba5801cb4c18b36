import { denoSpawner } from "../../../lib/loop/mod.ts";
import assert from "node:assert/strict";
import {
  findLockHolders,
  LockHelperClient,
  lockHelperSpawner,
  type LockRequest,
  openTdb,
} from "../../../lib/tdb/mod.ts";
import { Peer } from "./peer.ts";
import { bytes, hex, withDirectory } from "../../unit/tdb/support.ts";
import { fromFileUrl, lockHelperCommand, running, until } from "./support.ts";
import { runCommand, spawnCommand } from "../../../testing/process/command.ts";

const KEY = bytes("a");
const KINDS = { mutex: 0x1c41, fcntl: 0xc41, persistent: 0x400 };

/** Asks for a lock; `granted` is rejected when there will be none. */
function ask(client: LockHelperClient, request: LockRequest) {
  const lost = Promise.withResolvers<string>();
  const granted = Promise.withResolvers<void>();
  const lock = client.lock(request, {
    locked: granted.resolve,
    failed: (reason) => granted.reject(new Error(reason)),
    lost: lost.resolve,
  });
  return { lock, granted: granted.promise, lost: lost.promise };
}

async function withClient(body: (client: LockHelperClient) => Promise<void>): Promise<void> {
  const client = new LockHelperClient({
    spawn: lockHelperSpawner(denoSpawner, lockHelperCommand),
    defer: queueMicrotask,
  });
  try {
    await body(client);
  } finally {
    client.close();
    await until(() => client.helperCount === 0);
  }
}

for (const [kind, flags] of Object.entries(KINDS)) {
  Deno.test(`lock helper, ${kind}: its lock is real, and a mark passes it on`, async () => {
    await withDirectory((directory) =>
      withClient(async (client) => {
        const path = `${directory}/x.tdb`;
        using tdb = disposable(openTdb(path, { flags, hashSize: 7 }));
        const { lock, granted } = ask(client, { path, flags, key: KEY });
        await granted;
        assert.equal(tdb.tryChainLock(KEY), false);
        assert.deepEqual(findLockHolders(path, KEY).map(({ pid }) => pid), [lock.pid]);
        tdb.chainLockMark(KEY);
        assert.equal(tdb.tryChainLock(KEY), true);
        tdb.store(KEY, bytes("under the mark"));
        tdb.chainUnlock(KEY);
        tdb.chainLockUnmark(KEY);
        assert.equal(tdb.tryChainLock(KEY), false);
        lock.release();
        await until(() => tdb.tryChainLock(KEY));
        tdb.chainUnlock(KEY);
        await until(() => client.idleCount === 1);

        const all = ask(client, { path, flags });
        assert.equal(all.lock.pid, lock.pid);
        await all.granted;
        assert.equal(tdb.tryChainLock(bytes("other")), false);
        tdb.lockAllMark();
        assert.deepEqual(tdb.fetch(KEY), bytes("under the mark"));
        tdb.lockAllUnmark();
        Deno.kill(all.lock.pid!, "SIGKILL");
        assert.match(await all.lost, /SIGKILL/);
        assert.equal(tdb.tryLockAll(), true);
        tdb.unlockAll();
      })
    );
  });

  Deno.test(`lock helper, ${kind}: waits, and can be cancelled while it does`, async () => {
    await withDirectory((directory) =>
      withClient(async (client) => {
        const path = `${directory}/x.tdb`;
        using tdb = disposable(openTdb(path, { flags, hashSize: 7 }));
        await using peer = await Peer.open(path, flags, 0);
        await peer.call("chainLock", hex("a"));
        const first = ask(client, { path, flags, key: KEY });
        const second = ask(client, { path, flags, key: KEY });
        first.granted.catch(() => {});
        second.lock.release();
        await until(() => client.helperCount === 1);
        assert.equal(tdb.tryChainLock(KEY), false);
        await peer.call("chainUnlock", hex("a"));
        await first.granted;
        assert.equal(tdb.tryChainLock(KEY), false);
        first.lock.release();
        await until(() => tdb.tryChainLock(KEY));
      })
    );
  });
}

Deno.test("lock helper: a file that is not there is not made", async () => {
  await withDirectory((directory) =>
    withClient(async (client) => {
      const path = `${directory}/missing.tdb`;
      await assert.rejects(ask(client, { path, flags: 0x400, key: KEY }).granted, /No such file/);
      assert.throws(() => Deno.statSync(path), Deno.errors.NotFound);
      using _tdb = disposable(openTdb(path, { flags: 0x400 }));
      await ask(client, { path, flags: 0x400, key: KEY }).granted;
    })
  );
});

Deno.test("lock helper: sees that another file took the name", async () => {
  await withDirectory((directory) =>
    withClient(async (client) => {
      const path = `${directory}/x.tdb`;
      for (let i = 0; i < 2; i++) {
        using tdb = disposable(openTdb(path, { flags: 0x400 }));
        const { lock, granted } = ask(client, { path, flags: 0x400, key: KEY });
        await granted;
        assert.equal(tdb.tryChainLock(KEY), false);
        lock.release();
        await until(() => client.idleCount === 1);
        assert.equal(client.helperCount, 1);
        assert.equal(tdb.tryChainLock(KEY), true);
        Deno.removeSync(path);
      }
    })
  );
});

Deno.test("lock helper: one request on the command line", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/with space.tdb`;
    using tdb = disposable(openTdb(path, { flags: 0x400 }));
    const command = [...lockHelperCommand, `--parent=${Deno.pid}`, "L", "400", "0", "61", path];
    const child = spawnCommand(command, { stdin: "piped", stdout: "piped" });
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert.equal(new TextDecoder().decode(value), "0\n");
    assert.equal(tdb.tryChainLock(KEY), false);
    await child.stdin.close();
    assert.equal((await child.status).code, 0);
    await reader.cancel();
    assert.equal(tdb.tryChainLock(KEY), true);
  });
});

Deno.test("lock helper: bad arguments", async () => {
  const { exit, stderr } = await runCommand([...lockHelperCommand, "RECORD"]);
  assert.equal(exit, 2);
  assert.match(stderr, /^ctdb_lock_helper: usage/);
});

Deno.test("lock helper: dies with its parent even while it waits", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.tdb`;
    using tdb = disposable(openTdb(path, { flags: 0x1c41 }));
    tdb.chainLock(KEY);
    const program = fromFileUrl("./helper-parent-main.ts");
    const parent = spawnCommand([Deno.execPath(), "run", "-A", "--no-check", program, path], {
      stdout: "piped",
    });
    const reader = parent.stdout.getReader();
    const { value } = await reader.read();
    const pid = Number(new TextDecoder().decode(value));
    await until(() => wchan(pid).includes("futex") || wchan(pid) === "0");
    assert.ok(running(pid));
    parent.kill("SIGKILL");
    await parent.status;
    await reader.cancel();
    await until(() => !running(pid));
    tdb.chainUnlock(KEY);
    assert.equal(tdb.tryChainLock(KEY), true);
  });
});

/** Where in the kernel a process sleeps, as far as we may know. */
function wchan(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/wchan`);
}

function disposable<T extends { close(): void }>(tdb: T): T & Disposable {
  return Object.assign(tdb, { [Symbol.dispose]: () => tdb.close() });
}
