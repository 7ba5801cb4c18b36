import { runCommand } from "../../lib/base/mod.ts";
import { type Cluster, type ClusterNode, debian } from "../../testing/cluster/cluster.ts";
import { threadsOf } from "../../testing/process/proc.ts";

/**
 * Gives the cores of a cluster the realtime priority that both kinds of daemon have on a server unless
 * they are told otherwise, and do without in test clusters: the main thread of Debian's daemon, the
 * core's thread of ours.
 *
 * @throws this machine does not permit it
 */
export async function giveRealtime(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) {
    const thread = String(node.kind === debian ? node.pid : coreThread(node));
    const command = ["chrt", "--fifo", "--reset-on-fork", "--pid", "1", thread];
    const { exit, stderr } = await runCommand(command);
    if (exit !== 0) throw new Error(`give node ${node.pnn} realtime priority: ${stderr.trim()}`);
  }
}

/** The thread of the core; the process itself where the core has none of its own. */
function coreThread({ pid }: ClusterNode): number {
  return threadsOf(pid).find(({ isCore }) => isCore)?.id ?? pid;
}
