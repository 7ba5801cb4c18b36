/** A disk that does not write keeps those waiting who wait for it, and nobody else. */
import assert from "node:assert/strict";
import { attachDatabase } from "../../lib/client/mod.ts";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { Bystanders } from "./support/bystanders.ts";
import { StandingDisk } from "./support/standing-disk.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const KEY = bytes("key");

Deno.test({
  name: "while the disks of all nodes stand, commits wait, and everything else goes on",
  ignore: !await StandingDisk.available(),
  fn: async () => {
    await using cluster = await Cluster.start({
      nodes: [ours, ours, ours],
      tunables: { KeepaliveInterval: 1, KeepaliveLimit: 30 },
    });
    const node = cluster.node(await cluster.leader());
    const client = await node.connect();
    using database = await attachDatabase(client, "slow.tdb", { kind: "persistent" });
    const commit = (value: string) =>
      database.transaction((transaction) => transaction.store(KEY, bytes(value)));
    await commit("before");
    using bystanders = await Bystanders.start(cluster);
    let over = false;
    const disk = await StandingDisk.of(cluster.nodes.map(({ pid }) => pid));
    const committed = commit("after").finally(() => over = true);
    await bystanders.goOn();
    // What has not to be on the disk is done.
    using _other = await attachDatabase(client, "another.tdb", { kind: "persistent" });
    using _volatile = await attachDatabase(client, "volatile.tdb");
    assert.equal(over, false);
    await disk[Symbol.asyncDispose]();
    await committed;
    assert.deepEqual(await database.fetch(KEY), bytes("after"));
    await bystanders.goOn();
    client.close();
  },
});
