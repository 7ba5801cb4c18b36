/** A full disk fails what needs room on it, and stops nothing else. */
import assert from "node:assert/strict";
import { attachDatabase } from "../../lib/client/mod.ts";
import { RecoveryMode } from "../../lib/wire/mod.ts";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { SmallDisk } from "../../testing/services/small-disk.ts";
import { Bystanders } from "./support/bystanders.ts";

const DISK_BYTES = 64 * 1024 * 1024;
const LARGE_BYTES = 3 * 1024 * 1024;
const KEY = new TextEncoder().encode("key");
const SMALL = new TextEncoder().encode("small");

/** Takes all the room that is left, and gives it back when disposed of. */
function fill(disk: SmallDisk): Disposable {
  const path = `${disk.path}/of-somebody-else`;
  const file = Deno.openSync(path, { write: true, create: true });
  for (let size = 1024 * 1024; size > 0;) {
    try {
      file.writeSync(new Uint8Array(size));
    } catch {
      size >>= 1;
    }
  }
  file.close();
  return { [Symbol.dispose]: () => Deno.removeSync(path) };
}

function startCluster(conf: Record<string, Record<string, string>>): Promise<Cluster> {
  return Cluster.start({
    nodes: [ours, ours, ours],
    conf,
    tunables: { KeepaliveInterval: 1, KeepaliveLimit: 30, RerecoveryTimeout: 1 },
  });
}

/** A recovery, as an administrator asks for one. */
async function recover(cluster: Cluster): Promise<void> {
  const node = cluster.node(0);
  const client = await node.client();
  const { generation } = await client.control(node.pnn, "GETVNNMAP", undefined);
  await client.control(node.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  await cluster.until("a new generation", async () => {
    return (await node.recovered())?.generation !== generation;
  });
  await cluster.untilHealthy();
}

Deno.test({
  name: "the disk of volatile databases is full: records that are there are served, attaches fail",
  ignore: !SmallDisk.available(),
  fn: async () => {
    using disk = SmallDisk.mount(DISK_BYTES);
    await using cluster = await startCluster({
      database: { "volatile database directory": disk.path },
    });
    using bystanders = await Bystanders.start(cluster);
    const client = await cluster.node(0).connect();
    using database = await attachDatabase(client, "full.tdb");
    {
      using record = await database.fetchLocked(KEY);
      record.store(SMALL);
    }
    // Now every node has it: what a recovery brings needs no room.
    await recover(cluster);
    {
      using _full = fill(disk);
      await assert.rejects(attachDatabase(client, "new.tdb"));
      await bystanders.goOn();
      {
        using record = await database.fetchLocked(KEY);
        assert.throws(() => record.store(new Uint8Array(LARGE_BYTES)));
      }
      await bystanders.goOn();
      await recover(cluster);
      await bystanders.goOn();
    }
    using _later = await attachDatabase(client, "new.tdb");
    {
      using record = await database.fetchLocked(KEY);
      assert.deepEqual(record.value, SMALL);
      record.store(new Uint8Array(LARGE_BYTES));
    }
    await bystanders.goOn();
    client.close();
  },
});

Deno.test({
  name: "the disk of persistent databases is full: commits fail whole, all else goes on",
  ignore: !SmallDisk.available(),
  fn: async () => {
    using disk = SmallDisk.mount(DISK_BYTES);
    await using cluster = await startCluster({
      database: { "persistent database directory": disk.path },
    });
    using bystanders = await Bystanders.start(cluster);
    const client = await cluster.node(0).connect();
    using database = await attachDatabase(client, "full.tdb", { kind: "persistent" });
    const commit = (value: Uint8Array) =>
      database.transaction((transaction) => transaction.store(KEY, value));
    await commit(SMALL);
    {
      using _full = fill(disk);
      await assert.rejects(attachDatabase(client, "new.tdb", { kind: "persistent" }));
      await assert.rejects(commit(new Uint8Array(LARGE_BYTES)));
      await cluster.untilHealthy();
      assert.deepEqual(await database.fetch(KEY), SMALL);
      await bystanders.goOn();
      await recover(cluster);
      assert.deepEqual(await database.fetch(KEY), SMALL);
      await bystanders.goOn();
    }
    await commit(new Uint8Array(LARGE_BYTES));
    using _later = await attachDatabase(client, "new.tdb", { kind: "persistent" });
    await bystanders.goOn();
    client.close();
  },
});

Deno.test({
  name: "the disk of the state is full: recoveries succeed, all goes on",
  ignore: !SmallDisk.available(),
  fn: async () => {
    using disk = SmallDisk.mount(DISK_BYTES);
    await using cluster = await startCluster({
      database: { "state database directory": disk.path },
    });
    using bystanders = await Bystanders.start(cluster);
    const client = await cluster.node(0).connect();
    using database = await attachDatabase(client, "full.tdb", { kind: "persistent" });
    await database.transaction((transaction) => transaction.store(KEY, SMALL));
    using _full = fill(disk);
    await bystanders.goOn();
    await recover(cluster);
    await bystanders.goOn();
    assert.deepEqual(await database.fetch(KEY), SMALL);
    client.close();
  },
});

Deno.test({
  name: "the disk of the log is full: all goes on",
  ignore: !SmallDisk.available(),
  fn: async () => {
    using disk = SmallDisk.mount(DISK_BYTES);
    await using cluster = await startCluster({
      logging: { location: `file:${disk.path}/log.ctdb`, "log level": "DEBUG" },
    });
    using bystanders = await Bystanders.start(cluster);
    using _full = fill(disk);
    await recover(cluster);
    await bystanders.goOn();
  },
});
