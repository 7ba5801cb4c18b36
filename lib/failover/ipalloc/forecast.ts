import { allocate } from "./allocate.ts";
import type { Allocation, AllocationInput, NodeReport } from "./types.ts";

/** What to pretend in a {@link forecast}. A node in both lists counts as down. */
export interface Pretence {
  /** These nodes become healthy: each could host every address that it knows. */
  readonly up?: readonly number[];
  /** These nodes fail: each could host nothing. */
  readonly down?: readonly number[];
}

/** A {@link forecast}: the allocation, and what was guessed for it. */
export interface Forecast extends Allocation {
  /** Nodes to pretend up that have reported no address: nothing is known to be theirs. */
  readonly unknown: readonly number[];
}

/**
 * The dry run of `ctdb ipalloc`: what the next takeover run would decide if some nodes were up or
 * down. Nothing is changed anywhere.
 *
 * A node that is pretended up is taken to have a working interface for each address that it knows;
 * the addresses of a node that cannot be reached are not known.
 */
export function forecast(input: AllocationInput, pretence: Pretence): Forecast {
  const down = new Set(pretence.down);
  const up = new Set(pretence.up?.filter((pnn) => !down.has(pnn)));
  const nodes = input.nodes.map((node, pnn): NodeReport => {
    if (down.has(pnn)) return { ...node, available: [] };
    if (up.has(pnn)) return { ...node, available: node.known.map(({ address }) => address) };
    return node;
  });
  const unknown = [...up].filter((pnn) => !input.nodes[pnn]?.known.length).sort((a, b) => a - b);
  return { ...allocate({ ...input, nodes }), unknown };
}
