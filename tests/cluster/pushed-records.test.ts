import assert from "node:assert/strict";
import { RecordFlag } from "../../lib/wire/mod.ts";
import { attachDatabase } from "../../lib/client/mod.ts";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";

const text = (data: Uint8Array) => new TextDecoder().decode(data);
const DB = "pushed.tdb";

/** What a node has in its own file. */
async function copyOf(cluster: Cluster, pnn: number) {
  using database = await attachDatabase(await cluster.node(pnn).client(), DB);
  const found = database.localRecords().find(({ key }) => text(key) === "key");
  return found && { header: found.header, value: text(found.value) };
}

Deno.test("ctdb pushrecord: the record is on all nodes, and survives its owner", async () => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    tunables: { RerecoveryTimeout: 1 },
  });
  const before = await cluster.node(1).ctdb(["attach", DB]);
  assert.equal(before.exit, 0, before.stderr);
  await cluster.node(1).ctdb(["writekey", DB, "key", "old"]);
  const run = await cluster.node(1).ctdb(["pushrecord", DB, "key", "value"]);
  assert.deepEqual([run.stdout, run.stderr, run.exit], ["", "", 0]);
  const owner = (await copyOf(cluster, 1))!;
  assert.equal(owner.value, "value");
  assert.equal(owner.header.flags & RecordFlag.MIGRATED_WITH_DATA, RecordFlag.MIGRATED_WITH_DATA);
  for (const pnn of [0, 2]) {
    await cluster.until(
      `the copy of node ${pnn}`,
      async () => (await copyOf(cluster, pnn))?.value === "value",
    );
    const { header } = (await copyOf(cluster, pnn))!;
    assert.deepEqual(header, { ...owner.header, rsn: owner.header.rsn - 1n });
  }
  await cluster.node(1).kill();
  await cluster.untilHealthy([cluster.node(0), cluster.node(2)]);
  const read = await cluster.node(2).ctdb(["readkey", DB, "key"]);
  assert.match(read.stdout, /\[value\]/);
});

Deno.test("ctdb pushrecord: what it refuses", async () => {
  await using cluster = await Cluster.start({ nodes: [ours, ours] });
  await cluster.node(0).ctdb(["attach", "secrets.tdb", "persistent"]);
  const cases: [args: string[], stderr: string][] = [
    [["nosuch.tdb", "k", "v"], "No database matching 'nosuch.tdb' found\n"],
    [["secrets.tdb", "k", "v"], "DB secrets.tdb is not a volatile database\n"],
    [["-n", "1", "secrets.tdb", "k", "v"], "Node cannot be specified for command pushrecord\n"],
  ];
  for (const [args, stderr] of cases) {
    const run = await cluster.node(0).ctdb(["pushrecord", ...args]);
    assert.deepEqual([run.stderr, run.exit], [stderr, 1]);
  }
  const { stdout, exit } = await cluster.node(0).ctdb(["pushrecord", "secrets.tdb", "k"]);
  assert.equal(exit, 1);
  assert.match(stdout, /^ {2}pushrecord {6}<dbname\|dbid> <key> <value> {2}push a record/m);
});
