import type { Cluster } from "../../testing/cluster/cluster.ts";
import { readLoopFigures } from "../../lib/wire/mod.ts";

/** How long a core kept everybody else waiting, the worst of all nodes. */
export interface CoreTurns {
  readonly p999_ms: number;
  readonly longest_ms: number;
  /** The longest of the collector's pauses, which are part of turns. */
  readonly collection_ms: number;
}

/** Begins to count the turns of all cores anew. */
export async function forgetTurns(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) {
    await (await node.client()).control(node.pnn, "STATISTICS_RESET", undefined);
  }
}

/** The turns of the cores since then; `undefined` of daemons that do not tell. */
export async function coreTurns(cluster: Cluster): Promise<CoreTurns | undefined> {
  let worst: CoreTurns | undefined;
  for (const node of cluster.nodes) {
    const text = await (await node.client()).control(node.pnn, "DUMP_MEMORY", undefined);
    const figures = readLoopFigures(text);
    if (figures === undefined) continue;
    const { turns, collections } = figures;
    worst = {
      p999_ms: Math.max(worst?.p999_ms ?? 0, turns.p999_ms),
      longest_ms: Math.max(worst?.longest_ms ?? 0, turns.longest_ms),
      collection_ms: Math.max(worst?.collection_ms ?? 0, collections.longest_ms),
    };
  }
  return worst;
}
