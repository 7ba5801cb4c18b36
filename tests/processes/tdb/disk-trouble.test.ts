import assert from "node:assert/strict";
import { Peer } from "./peer.ts";
import { hex, withDirectory } from "../../unit/tdb/support.ts";
import { succeeds } from "../../../testing/process/command.ts";

/*
 * Disks that are full or cannot be written. The peer runs in a mount namespace of its own, on a
 * small file system that is gone with it; that needs root and unshare(1).
 */

const canMount = Deno.uid() === 0 &&
  succeeds(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);

function onTmpfs(directory: string, then = "true"): string[] {
  const script = `mount -t tmpfs -o size=256k tmpfs ${directory} && ${then} && exec "$@"`;
  return ["unshare", "-m", "sh", "-c", script, "sh"];
}

Deno.test({
  name: "a full disk fails the store, says why and harms nothing (needs root)",
  ignore: !canMount,
  fn: () =>
    withDirectory(async (directory) => {
      await using peer = Peer.start(onTmpfs(directory));
      await peer.call("open", `${directory}/x.tdb`, 0x400, 7);
      await peer.call("store", hex("kept"), hex("value"));
      const large = "00".repeat(50_000);
      await assert.rejects(async () => {
        for (let i = 0; i < 20; i++) await peer.call("store", hex(`large${i}`), large);
      }, /TDB store .*x\.tdb: (IO|OOM) \((No space left|the disk may be full)/);
      assert.equal(await peer.call("fetch", hex("kept")), hex("value"));
      assert.equal(await peer.call("check"), true);
      await assert.rejects(async () => {
        await peer.call("tryTransactionStart");
        for (let i = 0; i < 20; i++) await peer.call("store", hex(`more${i}`), large);
        await peer.call("transactionCommit");
      }, /TDB (store|commit) .*x\.tdb: (IO|OOM)/);
      await peer.call("transactionCancel").catch(() => {}); // A commit that failed has ended it.
      assert.equal(await peer.call("check"), true);
      assert.equal(await peer.call("fetch", hex("kept")), hex("value"));
    }),
});

Deno.test({
  name: "a full disk fails the store of a larger value, and what was there stays (needs root)",
  ignore: !canMount,
  fn: () =>
    withDirectory(async (directory) => {
      await using peer = Peer.start(onTmpfs(directory));
      await peer.call("open", `${directory}/x.tdb`, 0x400, 7);
      await peer.call("chainLock", hex("kept"));
      await peer.call("storeLocked", hex("kept"), hex("value"));
      await assert.rejects(async () => {
        await peer.call("storeLocked", hex("kept"), "00".repeat(300_000));
      }, /TDB store .*x\.tdb: (IO|OOM) \((No space left|the disk may be full)/);
      assert.equal(await peer.call("fetchLocked", hex("kept")), hex("value"));
      await peer.call("chainUnlock", hex("kept"));
      assert.equal(await peer.call("check"), true);
    }),
});

Deno.test({
  name: "a read-only file system is named as the cause (needs root)",
  ignore: !canMount,
  fn: () =>
    withDirectory(async (directory) => {
      const readOnly = `tdbtool ${directory}/x.tdb create ${directory}/x.tdb >/dev/null; ` +
        `mount -o remount,ro ${directory}`;
      await using peer = Peer.start(onTmpfs(directory, `{ ${readOnly}; }`));
      await assert.rejects(
        async () => await peer.call("open", `${directory}/x.tdb`, 0x400, 7),
        /TDB open .*x\.tdb: RDONLY .*Read-only file system/,
      );
    }),
});
