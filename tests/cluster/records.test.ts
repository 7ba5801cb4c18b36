import assert from "node:assert/strict";
import { attachDatabase } from "../../lib/client/mod.ts";
import { Cluster } from "../../testing/cluster/cluster.ts";
import { effort, longMakeups, makeups } from "./support/makeups.ts";
import { workload } from "./support/workload-command.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function counterValue(cluster: Cluster, pnn: number, database: string, key: string) {
  const client = await cluster.node(pnn).client();
  using attached = await attachDatabase(client, database);
  using record = await attached.fetchLocked(encoder.encode(key));
  return Number(decoder.decode(record.value));
}

for (const { name, nodes, ignore } of makeups) {
  Deno.test({
    name: `${name}: increments of one record by 3 nodes x 10 clients lose none`,
    ignore,
    fn: async () => {
      await using cluster = await Cluster.start({ nodes, tunables: { RerecoveryTimeout: 1 } });
      const times = 20 * effort;
      const command = {
        kind: "count",
        database: "count.tdb",
        keys: ["hot"],
        clients: 10,
        times,
      } as const;
      await Promise.all(
        cluster.nodes.map((node) => workload({ ...command, socket: node.socket })),
      );
      assert.equal(await counterValue(cluster, 1, "count.tdb", "hot"), 3 * 10 * times);
    },
  });
}

for (const { name, nodes, ignore } of longMakeups) {
  Deno.test({
    name: `${name}: killing any node loses no record of the others and no persistent one`,
    ignore,
    fn: async () => {
      await using cluster = await Cluster.start({ nodes, tunables: { RerecoveryTimeout: 1 } });
      for (const victim of cluster.nodes) await loseAndRegain(cluster, victim.pnn);
    },
  });
}

/** Kills a node with SIGKILL, looks at the data, brings the node back, looks again. */
async function loseAndRegain(cluster: Cluster, victim: number): Promise<void> {
  const survivors = cluster.nodes.filter((node) => node.pnn !== victim);
  const round = `round ${victim}`;
  await writeEverywhere(cluster, round);
  await cluster.node(victim).kill();
  await cluster.untilHealthy(survivors);
  for (const node of survivors) {
    assert.equal(await volatileValue(cluster, node.pnn, `of ${node.pnn}`), round);
    assert.equal(await persistentValue(cluster, node.pnn), round);
  }
  cluster.node(victim).start();
  await cluster.untilHealthy();
  assert.equal(await persistentValue(cluster, victim), round);
}

async function writeEverywhere(cluster: Cluster, value: string): Promise<void> {
  for (const node of cluster.nodes) {
    const client = await node.client();
    using volatileDb = await attachDatabase(client, "volatile.tdb");
    using record = await volatileDb.fetchLocked(encoder.encode(`of ${node.pnn}`));
    record.store(encoder.encode(value));
  }
  using database = await attachDatabase(await cluster.node(1).client(), "persistent.tdb", {
    kind: "persistent",
  });
  await database.transaction((t) => t.store(encoder.encode("key"), encoder.encode(value)));
}

async function volatileValue(cluster: Cluster, pnn: number, key: string): Promise<string> {
  using database = await attachDatabase(await cluster.node(pnn).client(), "volatile.tdb");
  using record = await database.fetchLocked(encoder.encode(key));
  return decoder.decode(record.value);
}

async function persistentValue(cluster: Cluster, pnn: number): Promise<string> {
  using database = await attachDatabase(await cluster.node(pnn).client(), "persistent.tdb", {
    kind: "persistent",
  });
  return decoder.decode(database.fetch(encoder.encode("key")));
}
