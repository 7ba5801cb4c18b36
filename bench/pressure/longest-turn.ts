import type { Cluster } from "../../testing/cluster/cluster.ts";
import { coreTurns } from "../support/core-turns.ts";

/** What is told of the longest turn of a core; nothing of daemons that do not tell. */
export async function longestTurn(cluster: Cluster): Promise<string> {
  const turns = await coreTurns(cluster);
  if (turns === undefined) return "";
  const { longest_ms, collection_ms } = turns;
  return `longest turn ${longest_ms.toFixed(0)} ms, collection ${collection_ms.toFixed(0)} ms`;
}
