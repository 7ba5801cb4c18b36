/** Commands that failed say so, by their status where no script of the C tool's could depend on it. */
import assert from "node:assert/strict";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { spawnCommand } from "../../testing/process/command.ts";

const MANY_RECORDS = 1000;
/** Where the lock bytes of a TDB begin, one word for each chain; the daemon makes 100,001. */
const FREE_LIST_AT = 168;
const MIDDLE_CHAIN = 50_000;

Deno.test("what failed is told, and its status is not 0", async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours],
    files: { "public_addresses": "10.1.1.1/24 lo\n" },
  });
  const node = cluster.node(0);
  const ctdb = (...args: string[]) => node.ctdb(args);
  await t.step("reloadips with a wrong file", async () => {
    await Deno.writeTextFile(`${node.base}/public_addresses`, "10.1.1.1/99 lo\n");
    const { stderr, exit } = await ctdb("reloadips");
    assert.equal(stderr, "Failed to reload IPs on some nodes.\n");
    assert.equal(exit, 1);
    assert.match(node.log(), /public_addresses:1: read public address, no address\/mask/);
  });
  await t.step("moveip to a node that does not exist", async () => {
    assert.deepEqual(await ctdb("moveip", "10.1.1.1", "7"), {
      stdout: "",
      stderr: "Node 7 does not exist\n",
      exit: 1,
    });
  });
  await t.step("checktcpport of no port", async () => {
    const { stderr, exit } = await ctdb("checktcpport", "99999");
    assert.deepEqual([stderr, exit], ["Invalid TCP port 99999\n", 22]);
  });
  await t.step("a tickle of two address families", async () => {
    const { stderr, exit } = await ctdb("addtickle", "10.9.9.9:1000", "[fd00::1]:445");
    assert.match(stderr, /^Invalid connection .*: addresses of two families\n$/);
    assert.equal(exit, 1);
  });
  await t.step("an event that the daemon does not raise, a script that is not there", async () => {
    assert.deepEqual(await ctdb("event", "run", "5", "legacy", "nosuch"), {
      stdout: "",
      stderr: "Event nosuch is none that the daemon raises\n",
      exit: 0,
    });
    assert.deepEqual(await ctdb("event", "script", "disable", "legacy", "nosuch"), {
      stdout: "",
      stderr: "Script nosuch does not exist in legacy\n",
      exit: 0,
    });
  });
});

Deno.test("catdb that TraverseTimeout ended does not say that it dumped all", async () => {
  await using cluster = await Cluster.start({ nodes: [ours] });
  const node = cluster.node(0);
  const good = async (...args: string[]) => assert.equal((await node.ctdb(args)).exit, 0);
  await good("attach", "many.tdb", "persistent");
  const lines = Array.from({ length: MANY_RECORDS }, (_, i) => `"key${i}" "${"v".repeat(200)}"\n`);
  await Deno.writeTextFile(`${node.base}/many`, lines.join(""));
  await good("ptrans", "many.tdb", `${node.base}/many`);
  await good("catdb", "many.tdb");
  // A process that holds a chain keeps the walk from its end.
  await good("setvar", "TraverseTimeout", "1");
  const path = `${node.base}/db/persistent/many.tdb.0`;
  await using _holder = await holdChain(path);
  const { stdout, stderr, exit } = await node.ctdb(["catdb", "many.tdb"]);
  assert.equal(stderr, "Traverse: ended by TraverseTimeout: records are missing\n");
  assert.equal(exit, 1);
  assert.doesNotMatch(stdout, /^Dumped/m);
});

/** A process that holds the lock of a chain in the middle of a TDB file. */
async function holdChain(path: string): Promise<AsyncDisposable> {
  const script = new URL("../support/hold-record-lock.ts", import.meta.url).pathname;
  const byte = FREE_LIST_AT + 4 * MIDDLE_CHAIN;
  const command = [Deno.execPath(), "run", "-A", "--no-check", script, path, String(byte)];
  const child = spawnCommand(command, { stdin: "piped", stdout: "piped" });
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  await reader.cancel();
  return {
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await child.status;
    },
  };
}
