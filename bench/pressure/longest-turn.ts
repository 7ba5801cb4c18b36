import type { Cluster } from "../../testing/cluster/cluster.ts";
import { readLoopFigures } from "../../lib/wire/mod.ts";

/** Begins to count the turns of all cores anew. */
export async function forgetTurns(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) {
    await (await node.client()).control(node.pnn, "STATISTICS_RESET", undefined);
  }
}

/** What is told of the longest turn of a core since then; nothing of daemons that do not tell. */
export async function longestTurn(cluster: Cluster): Promise<string> {
  let longest_ms = 0;
  let collection_ms = 0;
  for (const node of cluster.nodes) {
    const text = await (await node.client()).control(node.pnn, "DUMP_MEMORY", undefined);
    const figures = readLoopFigures(text);
    longest_ms = Math.max(longest_ms, figures?.turns.longest_ms ?? 0);
    collection_ms = Math.max(collection_ms, figures?.collections.longest_ms ?? 0);
  }
  if (longest_ms === 0) return "";
  return `longest turn ${longest_ms.toFixed(0)} ms, collection ${collection_ms.toFixed(0)} ms`;
}
