/** A helper of a node that stands still keeps those waiting who need it, and nobody else. */
import assert from "node:assert/strict";
import { attachDatabase, traverse } from "../../lib/client/mod.ts";
import { openTdb } from "../../lib/tdb/mod.ts";
import { CallFlag, CallId } from "../../lib/wire/mod.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { lockWaiters } from "../../testing/process/lock-waiters.ts";
import { wordsOf } from "../../testing/process/proc.ts";
import { descendants } from "../../testing/process/process-tree.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { StoppedThread } from "../support/stopped-thread.ts";
import { Bystanders } from "./support/bystanders.ts";

const PERSISTENT = "stopped_persistent.tdb";
const VOLATILE = "stopped.tdb";
const bytes = (text: string) => new TextEncoder().encode(text);

/** Every node keeps watch of the others each second. */
function startCluster(options: { readonly files?: Record<string, string> } = {}): Promise<Cluster> {
  return Cluster.start({
    nodes: [ours, ours, ours],
    tunables: { KeepaliveInterval: 1, KeepaliveLimit: 30, EventScriptTimeout: 600 },
    ...options,
  });
}

/** The processes of a node that run one of our programs. */
function helpersOf(node: ClusterNode, program: string): number[] {
  return descendants(node.pid).filter((pid) => wordsOf(pid).includes(program));
}

/** Processes that stand still until this is disposed of. */
function stop(pids: readonly number[]): Disposable {
  assert.notEqual(pids.length, 0, "no such process runs");
  for (const pid of pids) Deno.kill(pid, "SIGSTOP");
  return {
    [Symbol.dispose]() {
      for (const pid of pids) Deno.kill(pid, "SIGCONT");
    },
  };
}

/** Whether a promise is settled by now. */
function settled(promise: Promise<unknown>): () => boolean {
  let over = false;
  const end = () => void (over = true);
  promise.then(end, end);
  return () => over;
}

Deno.test("the helper that commits stands still: its transaction waits, all else goes on", async () => {
  await using cluster = await startCluster();
  const node = cluster.node(await cluster.leader());
  const client = await node.connect();
  using database = await attachDatabase(client, PERSISTENT, { kind: "persistent" });
  const commit = (value: string) =>
    database.transaction((transaction) => transaction.store(bytes("key"), bytes(value)));
  await commit("before");
  using bystanders = await Bystanders.start(cluster);
  const stopped = stop(helpersOf(node, "ctdb_records_helper"));
  const committed = commit("after");
  const isOver = settled(committed);
  await bystanders.goOn();
  assert.equal(isOver(), false);
  stopped[Symbol.dispose]();
  await committed;
  assert.deepEqual(await database.fetch(bytes("key")), bytes("after"));
  client.close();
});

Deno.test("the helper that reads for a traverse stands still: the traverse waits, all else goes on", async () => {
  await using cluster = await startCluster();
  const node = cluster.node(0);
  const client = await node.connect();
  const database = await attachDatabase(client, VOLATILE);
  for (let i = 0; i < 20; i++) {
    using record = await database.fetchLocked(bytes(`key ${i}`));
    record.store(bytes("value"));
  }
  const all = async () => (await Array.fromAsync(traverse(client, database.id))).length;
  assert.equal(await all(), 20);
  using bystanders = await Bystanders.start(cluster);
  // The one that has read is kept for the next.
  const stopped = stop(helpersOf(node, "ctdb_records_helper"));
  const read = all();
  const isOver = settled(read);
  await bystanders.goOn();
  assert.equal(isOver(), false);
  stopped[Symbol.dispose]();
  assert.equal(await read, 20);
  database.close();
  client.close();
});

Deno.test("the helper that waits for a record's lock stands still: that record waits, all else goes on", async () => {
  await using cluster = await startCluster();
  const [holder, asker] = cluster.nodes as [ClusterNode, ClusterNode];
  const attaching = await holder.client();
  const dbId = await attaching.control(holder.pnn, "DB_ATTACH", VOLATILE);
  const path = await attaching.control(holder.pnn, "GETDBPATH", dbId);
  const flags = await attaching.control(holder.pnn, "DB_OPEN_FLAGS", dbId);
  const call = {
    dbId,
    key: bytes("key"),
    callid: CallId.NULL,
    flags: CallFlag.IMMEDIATE_MIGRATION,
  };
  await attaching.call(call);
  using bystanders = await Bystanders.start(cluster);
  const tdb = openTdb(path, { flags });
  tdb.chainLock(call.key);
  const client = await asker.connect();
  const fetched = client.call(call);
  const isOver = settled(fetched);
  await waitFor("a helper to wait", () => helpersOf(holder, "ctdb_lock_helper").length > 0);
  const stopped = stop(helpersOf(holder, "ctdb_lock_helper"));
  await bystanders.goOn();
  assert.equal(isOver(), false);
  tdb.chainUnlock(call.key);
  tdb.close();
  await bystanders.goOn();
  stopped[Symbol.dispose]();
  await fetched;
  client.close();
});

Deno.test("the helper that holds the cluster lock stands still: its node leads on", async () => {
  await using cluster = await startCluster();
  const leader = cluster.node(await cluster.leader());
  using bystanders = await Bystanders.start(cluster);
  using _stopped = stop(helpersOf(leader, "ctdb_mutex_fcntl_helper"));
  await bystanders.goOn();
  assert.equal(lockWaiters(`${cluster.directory}/cluster.lock`), 0);
});

Deno.test("an event script stands still: its node is served and heard of", async () => {
  const script = "#!/bin/sh\n" +
    '[ "$1" = monitor ] || exit 0\n' +
    '[ -e "$CTDB_BASE/stand-still" ] || exit 0\n' +
    'echo $$ >"$CTDB_BASE/stands.new" && mv "$CTDB_BASE/stands.new" "$CTDB_BASE/stands"\n' +
    "kill -STOP $$\n";
  await using cluster = await startCluster({ files: { "events/legacy/50.still.script": script } });
  const node = cluster.node(await cluster.leader());
  using bystanders = await Bystanders.start(cluster);
  await Deno.writeTextFile(`${node.base}/stand-still`, "");
  const stands = `${node.base}/stands`;
  await waitFor("the script to stand still", () => Deno.readTextFileSync(stands) !== "");
  await bystanders.goOn();
  await Deno.remove(`${node.base}/stand-still`);
  Deno.kill(Number(Deno.readTextFileSync(stands)), "SIGCONT");
  await cluster.untilHealthy();
});

Deno.test("the thread that runs scripts, helpers and logs stands still: the core goes on", async () => {
  await using cluster = await startCluster();
  const node = cluster.node(await cluster.leader());
  using bystanders = await Bystanders.start(cluster);
  using _stopped = new StoppedThread(node.pid);
  await bystanders.goOn();
});
