import assert from "node:assert/strict";
import { Cluster, type DaemonKind } from "../../../testing/cluster/cluster.ts";
import { command } from "./task.ts";

/**
 * Runs two daemons of an installation, with the tool of it, and checks that the processes are what
 * administrators and service managers look for.
 *
 * @param env the environment of daemons and tools
 */
export async function checkDaemons(
  kind: DaemonKind,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using cluster = await Cluster.start({ nodes: [kind, kind], env });
  const { pid } = cluster.node(0);
  assert.equal((await Deno.readTextFile(`/proc/${pid}/comm`)).trim(), "ctdbd");
  assert.match(await Deno.readLink(`/proc/${pid}/exe`), /\/ctdbd$/);
  const { stdout: pids } = await command(["pidof", "ctdbd"]);
  for (const node of cluster.nodes) assert.ok(pids.split(/\s+/).includes(`${node.pid}`), pids);
  const { stdout: shown } = await command(["ps", "-o", "comm=", "-p", `${pid}`]);
  assert.equal(shown.trim(), "ctdbd");
  const { stdout, exit } = await cluster.node(1).ctdb(["status"]);
  assert.match(stdout, /^Number of nodes:2\npnn:0 \S+ +OK\npnn:1 \S+ +OK \(THIS NODE\)\n/);
  assert.equal(exit, 0);
  await cluster.stop();
}
