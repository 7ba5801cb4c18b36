import { NodeFlag, RecoveryMode, RunState } from "../../lib/wire/mod.ts";
import type { Cluster, ClusterNode } from "../../testing/cluster/cluster.ts";
import type { Narrator } from "./narrator.ts";

const LOOK_INTERVAL_MS = 200;

/** Waits until the nodes that run are a healthy cluster, and tells each change on the way there. */
export async function watchUntilHealthy(cluster: Cluster, narrator: Narrator): Promise<void> {
  let told = "";
  const tellChanges = async () => {
    const lines = await describe(cluster.nodes.filter((node) => node.running));
    if (lines.join() !== told) { for (const line of lines) narrator.detail(line); }
    told = lines.join();
  };
  let watching = true;
  const watch = (async () => {
    while (watching) {
      await tellChanges();
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    }
  })();
  try {
    await cluster.untilHealthy();
  } finally {
    watching = false;
    await watch;
  }
  await tellChanges();
}

/** A line for each state that a node is in, nodes in the same state together. */
async function describe(nodes: readonly ClusterNode[]): Promise<string[]> {
  const byState = new Map<string, number[]>();
  for (const node of nodes) {
    const state = await stateOf(node);
    byState.set(state, [...byState.get(state) ?? [], node.pnn]);
  }
  return [...byState].map(([state, pnns]) =>
    `${pnns.length === 1 ? "node" : "nodes"} ${pnns.join(" ")}: ${state}`
  );
}

/** What a node says of itself. */
async function stateOf(node: ClusterNode): Promise<string> {
  try {
    const client = await node.client();
    const runState = await client.control(node.pnn, "GET_RUNSTATE", undefined);
    const mode = await client.control(node.pnn, "GET_RECMODE", undefined);
    const name = nameOf(RunState, runState).toLowerCase().replace("_", " ");
    const flags = (await node.flags()).map((mask, pnn) => `${pnn} ${flagNames(mask)}`);
    const recovering = mode === RecoveryMode.ACTIVE ? ", recovering" : "";
    return `${name}${recovering}; sees ${flags.join(", ")}`;
  } catch {
    return "does not answer yet";
  }
}

function flagNames(mask: number): string {
  const names = Object.entries(NodeFlag).filter(([, bit]) => (mask & bit) !== 0);
  return names.length === 0 ? "ok" : names.map(([name]) => name.toLowerCase()).join("+");
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? `${value}`;
}
