import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";

const LOOK_INTERVAL_MS = 10;
/** A million records on a machine that is busy with other things. */
const TIMEOUT_MS = 300_000;

/** The generation of the last recovery that a node took part in. */
export async function vnnGeneration(node: ClusterNode): Promise<number> {
  const client = await node.client();
  return (await client.control(node.pnn, "GETVNNMAP", undefined)).generation;
}

/** Waits until exactly `members` have recovered together since the generation `before`. */
export async function untilRecovered(
  cluster: Cluster,
  members: readonly ClusterNode[],
  before: number,
): Promise<void> {
  const isMember = (pnn: number) => members.some((member) => member.pnn === pnn);
  await waitFor("a new generation", async () => {
    const generations = new Set<number>();
    for (const node of members) {
      const vnnMap = await node.recovered();
      if (vnnMap === undefined || !vnnMap.map.every(isMember)) return false;
      generations.add(vnnMap.generation);
    }
    return generations.size === 1 && !generations.has(before);
  }, { interval_ms: LOOK_INTERVAL_MS, timeout_ms: TIMEOUT_MS }).catch((error) => {
    throw new Error(`${error.message}\n${cluster.logTails()}`, { cause: error });
  });
}
