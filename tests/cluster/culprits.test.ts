/** What keeps a cluster from coming to rest is named, for people and for programs. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { SmallDisk } from "../../testing/services/small-disk.ts";

interface Problem {
  readonly severity: string;
  readonly title: string;
  readonly detail: readonly string[];
}

async function problemsOf(node: ClusterNode): Promise<readonly Problem[]> {
  const { stdout, stderr } = await node.ctdb(["status", "--json"]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout).problems ?? [];
}

async function doctorOf(node: ClusterNode): Promise<string> {
  return (await node.ctdb(["doctor", "--quick"])).stdout;
}

Deno.test({
  name: "a full disk under the databases is named by status and by doctor",
  ignore: !SmallDisk.available(),
  fn: async () => {
    using disk = SmallDisk.mount(8 * 1024 * 1024);
    await using cluster = await Cluster.start({
      nodes: [ours],
      conf: { database: { "persistent database directory": disk.path } },
    });
    const node = cluster.node(0);
    assert.equal((await node.ctdb(["attach", "secrets.tdb", "persistent"])).exit, 0);
    assert.deepEqual(await problemsOf(node), []);
    const other = `${disk.path}/of-somebody-else`;
    using file = await Deno.open(other, { write: true, create: true });
    await assert.rejects(async () => {
      for (;;) await file.write(new Uint8Array(256 * 1024));
    });
    const [problem, ...more] = await problemsOf(node);
    assert.deepEqual(more, []);
    assert.equal(problem?.title, `The disk at ${disk.path} is full`);
    assert.ok(problem?.detail.includes(`persistent databases: ${disk.path}`));
    const doctor = (await doctorOf(node)).replace(/\s+/g, " ");
    assert.ok(doctor.includes(`The disk at ${disk.path} is full`), doctor);
    assert.ok(doctor.includes(`persistent databases: ${disk.path}`), doctor);
    await Deno.remove(other);
    file.close();
    assert.deepEqual(await problemsOf(node), []);
  },
});

Deno.test("a name that is two kinds of database is named with its nodes", async () => {
  await using cluster = await Cluster.start({ nodes: [ours, ours] });
  const first = cluster.node(0), second = cluster.node(1);
  // Apart from each other each has its own idea of it; then they meet.
  await second.kill();
  await cluster.untilHealthy([first]);
  assert.equal((await first.ctdb(["attach", "which.tdb", "persistent"])).exit, 0);
  assert.deepEqual(await problemsOf(first), []);
  await first.kill();
  second.start();
  await cluster.untilHealthy([second]);
  assert.equal((await second.ctdb(["attach", "which.tdb"])).exit, 0);
  first.start();
  const title = "Database which.tdb is persistent on node 0 and volatile on node 1";
  for (const node of [first, second]) {
    await waitFor(`node ${node.pnn} names it`, async () => {
      return (await problemsOf(node)).some((problem) => problem.title === title);
    });
    const doctor = (await doctorOf(node)).replace(/\s+/g, " ");
    assert.ok(doctor.includes(title), doctor);
  }
});
