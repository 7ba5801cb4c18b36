import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import { untilRecovered, vnnGeneration } from "./recovered.ts";
import type { TimeScenario } from "./scenario.ts";

/** A node that is started again would otherwise wait 10 s for the recovery that takes it in. */
const TUNABLES = { RerecoveryTimeout: 1 };
const HELPERS_LEAVE_MS = 1500;

/** From the start of all daemons until all nodes are healthy. */
export const startUp: TimeScenario = {
  kind: "time",
  name: "start until healthy",
  fresh: true,
  async sample(cluster) {
    const start = performance.now();
    for (const node of cluster.nodes) node.start();
    await cluster.untilHealthy();
    return performance.now() - start;
  },
};

/** From the death of a node that does not lead until the others have recovered without it. */
export const memberDeath: TimeScenario = {
  kind: "time",
  name: "recovered after a member died",
  tunables: TUNABLES,
  sample: async (cluster) => {
    const leader = await cluster.leader();
    return await death(cluster, cluster.node((leader + 1) % cluster.nodes.length));
  },
};

/** The same for the leader. */
export const leaderDeath: TimeScenario = {
  kind: "time",
  name: "recovered after the leader died",
  tunables: TUNABLES,
  sample: async (cluster) => await death(cluster, cluster.node(await cluster.leader())),
};

async function death(cluster: Cluster, victim: ClusterNode): Promise<number> {
  const others = cluster.nodes.filter((node) => node !== victim);
  const before = await vnnGeneration(others[0]!);
  const start = performance.now();
  await victim.kill();
  await untilRecovered(cluster, others, before);
  const elapsed_ms = performance.now() - start;
  // Helpers of a killed daemon leave a little later, and a C daemon does not start beside them.
  await new Promise((resolve) => setTimeout(resolve, HELPERS_LEAVE_MS));
  victim.start();
  await cluster.untilHealthy();
  return elapsed_ms;
}
