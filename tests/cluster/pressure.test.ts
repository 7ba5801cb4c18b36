/** What a busy cluster does to a node: nothing starves, nobody is elected, few processes are started. */
import assert from "node:assert/strict";
import { openTdb } from "../../lib/tdb/mod.ts";
import {
  CallFlag,
  CallId,
  readOverrunFigures,
  readProcessFigures,
  SRVID_ALL,
} from "../../lib/wire/mod.ts";
import { openSleepingReader } from "../../bench/pressure/sleeping-reader.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { wordsOf } from "../../testing/process/proc.ts";
import { descendants } from "../../testing/process/process-tree.ts";
import { waitFor } from "../../testing/process/wait.ts";

const RECORDS = 400;
const DATABASE = "pressure.tdb";
const SRVID = 0x7072_6573_7300_0001n;

const keys = Array.from({ length: RECORDS }, (_, i) => new TextEncoder().encode(`record ${i}`));

/** Fetches all records on a node at once, as smbd would; settles when it has them all. */
async function fetchAll(node: ClusterNode, dbId: number): Promise<void> {
  const client = await node.connect();
  await Promise.all(keys.map((key) =>
    client.call({
      dbId,
      key,
      callid: CallId.NULL,
      flags: CallFlag.IMMEDIATE_MIGRATION,
    })
  ));
  client.close();
}

/** The lock helpers of a node that run, each with its process id and what it was started with. */
function lockHelpers(node: ClusterNode): string[] {
  const lines = descendants(node.pid).map((pid) => [pid, ...wordsOf(pid)].join(" "));
  return lines.filter((line) => line.includes("ctdb_lock_helper"));
}

/** How many processes a node has started, by its own count. */
async function startedBy(node: ClusterNode) {
  const report = await (await node.client()).control(node.pnn, "DUMP_MEMORY", undefined);
  return readProcessFigures(report)!;
}

async function leaderAndGeneration(node: ClusterNode) {
  const client = await node.client();
  const { generation } = await client.control(node.pnn, "GETVNNMAP", undefined);
  const { stdout } = await node.ctdb(["leader"]);
  return { generation, leader: stdout.trim() };
}

for (const mutexes of [false, true]) {
  Deno.test(`records of a held file, mutexes ${mutexes ? "on" : "off"}: two helpers, no election, all are served`, async () => {
    await using cluster = await Cluster.start({
      nodes: [ours, ours, ours],
      conf: { database: { "tdb mutexes": String(mutexes) } },
    });
    const [holder, asker, bystander] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
    const attaching = await holder.client();
    const dbId = await attaching.control(holder.pnn, "DB_ATTACH", DATABASE);
    const path = await attaching.control(holder.pnn, "GETDBPATH", dbId);
    const flags = await attaching.control(holder.pnn, "DB_OPEN_FLAGS", dbId);
    await fetchAll(holder, dbId);
    const before = await leaderAndGeneration(bystander);
    const tdb = openTdb(path, { flags });
    tdb.lockAll();
    const fetched = fetchAll(asker, dbId);
    let most: readonly string[] = [];
    const pinger = await bystander.client();
    for (let i = 0; i < 40; i++) {
      await pinger.control(holder.pnn, "PING", undefined);
      const running = lockHelpers(holder);
      if (running.length > most.length) most = running;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    tdb.unlockAll();
    await fetched;
    tdb.close();
    // First: a recovery takes a helper of its own, and is the greater fault.
    assert.deepEqual(await leaderAndGeneration(bystander), before);
    assert.ok(most.length <= 2, `lock helpers:\n${most.join("\n")}`);
    const started = await Promise.all(cluster.nodes.map(startedBy));
    const counted = started[holder.pnn]!["lock helpers"]!;
    assert.ok(counted > 0 && counted <= 2, `lock helpers, as the node counts: ${counted}`);
    // The edge counts in the same place: whoever leads has one of these.
    assert.ok(started.some((counts) => counts["cluster lock helpers"]! > 0));
  });
}

Deno.test("clients that do not read their messages are cut off, and keep nobody else waiting", async () => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours],
    tunables: { MaxQueueDropMsg: 2000 },
  });
  const [receiver, sender] = cluster.nodes as [ClusterNode, ClusterNode];
  const sleepers = await Promise.all(
    Array.from({ length: 5 }, () => openSleepingReader(receiver.socket, SRVID_ALL)),
  );
  const source = await sender.connect();
  const reader = await receiver.connect();
  let got = 0;
  await reader.subscribe(SRVID, () => void got++);
  const data = new Uint8Array(2000);
  for (let sent = 0; sent < 8000; sent += 100) {
    for (let i = 0; i < 100; i++) source.message(receiver.pnn, SRVID, data);
    await waitFor("the reader to have what was sent", () => got === sent + 100);
  }
  const { numClients } = await (await receiver.client()).control(
    receiver.pnn,
    "STATISTICS",
    undefined,
  );
  assert.ok(numClients <= 3, `clients left: ${numClients}`);
  assert.match(
    receiver.log(),
    /Cut off client \d+: it does not read its messages: 2\d+ of \d+ bytes/,
  );
  const report = await (await receiver.client()).control(receiver.pnn, "DUMP_MEMORY", undefined);
  assert.deepEqual(readOverrunFigures(report), { clientsCutOff: 5, linksClosed: 0 });
  const { stdout } = await receiver.ctdb(["--json", "statistics"]);
  assert.deepEqual(JSON.parse(stdout).queues_overrun, { clients_cut_off: 5, links_closed: 0 });
  for (const sleeper of sleepers) sleeper.close();
  source.close();
  reader.close();
});

for (const transport of ["native", "deno"]) {
  const name = `${transport} loop: a node that is out of descriptors says so, keeps its links, ` +
    "and accepts again";
  Deno.test(name, async () => {
    const limited = {
      ...ours,
      daemon: ["/bin/sh", "-c", 'ulimit -n 160; exec "$@"', "sh", ...ours.daemon],
    };
    await using cluster = await Cluster.start({
      nodes: [limited, ours],
      conf: { cluster: { transport } },
    });
    const [node, other] = cluster.nodes as [ClusterNode, ClusterNode];
    const crowd = await Promise.all(
      Array.from({ length: 200 }, () => Deno.connect({ transport: "unix", path: node.socket })),
    );
    await waitFor("the node to say that it is full", () => /Accept a client on/.test(node.log()));
    // Its links are up, and it answers over them.
    await (await other.client()).control(node.pnn, "PING", undefined);
    for (const connection of crowd) connection.close();
    await waitFor("the node to accept again", async () => (await node.ctdb(["pnn"])).exit === 0);
    await cluster.untilHealthy();
  });
}
