/** Files are opened and closed on all nodes while a vacuum runs and somebody holds chains. */
import assert from "node:assert/strict";
import { forgetTurns } from "../../bench/support/core-turns.ts";
import { ClusterWatch } from "../../bench/pressure/cluster-watch.ts";
import { deletedEverywhere, vacuum } from "../../bench/pressure/lines/deleted-records.ts";
import { holdChains } from "../../bench/pressure/lines/chain-holder.ts";
import { SmbClient } from "../../bench/pressure/lines/smb-client.ts";
import { testKeys } from "../../bench/pressure/lines/test-keys.ts";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { wordsOf } from "../../testing/process/proc.ts";
import { descendants } from "../../testing/process/process-tree.ts";

const DATABASE = "locking.tdb";
const DELETED = 6000;
const CLIENTS_PER_NODE = 5;
const OPENS = 60;
/** Those that a node may have for records at the same time. */
const HELPERS = 2;

Deno.test("vacuum storm: no election, no node lost, two helpers a node, nothing undone", async () => {
  await using cluster = await Cluster.start({ nodes: [ours, ours, ours] });
  const clients: SmbClient[] = [];
  for (const node of cluster.nodes) {
    for (let i = 0; i < CLIENTS_PER_NODE; i++) clients.push(await SmbClient.connect(node));
  }
  const databases = await deletedEverywhere(cluster, DATABASE, DELETED);
  const holder = await holdChains(databases[0]!, testKeys(20, "held"));
  await forgetTurns(cluster);
  using watch = await ClusterWatch.start(cluster);
  const helpers = watchHelpers(cluster.nodes.map(({ pid }) => pid));
  await holder.begin();
  await Promise.all([
    ...clients.map(async (client, who) => {
      for (let i = 0; i < OPENS; i++) {
        await client.openAndClose(i % 4 === 0 ? `shared ${i}` : `file ${who} ${i}`);
      }
    }),
    ...cluster.nodes.map((node) => vacuum(node, databases[node.pnn]!.id)),
  ]);
  await holder.end();
  const most = helpers.stop();
  assert.ok(most <= HELPERS, `lock helpers of a node: ${most}`);
  assert.equal(watch.elections, 0);
  assert.equal(await watch.recoveries(), 0);
  for (const node of cluster.nodes) assert.doesNotMatch(node.log(), /Node \d+ is dead/);
  assert.ok(clients.every(({ opened }) => opened === OPENS));
  const { stdout } = await cluster.nodes[0]!.ctdb(["--json", "statistics"]);
  assert.ok(JSON.parse(stdout).loop.turns.count > 0, stdout);
  for (const client of clients) client.close();
  for (const { file } of databases) file.close();
});

/** The most lock helpers that one of the daemons had at a time. */
function watchHelpers(daemons: readonly number[]): { stop(): number } {
  let most = 0;
  const timer = setInterval(() => {
    for (const pid of daemons) most = Math.max(most, descendants(pid).filter(isLockHelper).length);
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

function isLockHelper(pid: number): boolean {
  return wordsOf(pid).some((word) => word.includes("ctdb_lock_helper"));
}
