import { flagsText, INACTIVE_FLAGS, type NodeEntry, NodeFlag } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { parseU32 } from "../../../numbers.ts";

const GONE = NodeFlag.DISCONNECTED | NodeFlag.DELETED;

/** The node map, from the cache when there is one (2.1). */
export async function nodeMap(call: ClusterCall): Promise<readonly NodeEntry[]> {
  return call.cachedNodeMap ?? await freshNodeMap(call);
}

/**
 * Asks for the node map. A banned node knows nothing of the others, so the next one is asked, and
 * so on until one answers that is not banned.
 */
export async function freshNodeMap(call: ClusterCall): Promise<readonly NodeEntry[]> {
  let asked = call.client.pnn;
  for (;;) {
    const then = `Failed to get nodemap from node ${asked}`;
    const map = await askNodeMap(call, asked, then);
    const own = map.find(({ pnn }) => pnn === asked);
    if (own === undefined || (own.flags & NodeFlag.BANNED) === 0) {
      call.cachedNodeMap = map;
      return map;
    }
    asked = nextNode(map, asked);
    if (asked === call.client.pnn) {
      throw new CommandFailure(1, "Warning: All nodes are banned.");
    }
  }
}

async function askNodeMap(
  call: ClusterCall,
  pnn: number,
  then: string,
): Promise<readonly NodeEntry[]> {
  try {
    return await call.ask(pnn, "GET_NODEMAP", undefined, then);
  } catch (error) {
    // Whatever the reason was, the C tool ends with 1.
    throw error instanceof CommandFailure ? new CommandFailure(1, error.message) : error;
  }
}

/** The node behind `pnn` in the map, in a circle, that may answer. */
function nextNode(map: readonly NodeEntry[], pnn: number): number {
  const start = map.findIndex((node) => node.pnn === pnn);
  for (let step = 1; step <= map.length; step++) {
    const node = map[(start + step) % map.length]!;
    if ((node.flags & GONE) === 0 || node.pnn === pnn) return node.pnn;
  }
  return pnn;
}

/** Ends the command unless `-n` names a node that can be talked to. */
export async function checkTarget(call: ClusterCall): Promise<void> {
  const node = (await nodeMap(call)).find(({ pnn }) => pnn === call.target);
  if (node === undefined) call.fail(1, `Node ${call.target} does not exist`);
  if ((node.flags & GONE) !== 0) {
    call.fail(1, `Node ${call.target} has status ${flagsText(node.flags)}`);
  }
}

/** The nodes that have a connection. */
export function connectedNodes(map: readonly NodeEntry[]): readonly number[] {
  return map.filter(({ flags }) => (flags & NodeFlag.DISCONNECTED) === 0).map(({ pnn }) => pnn);
}

/** The nodes that take part in the databases. */
export function activeNodes(map: readonly NodeEntry[]): readonly number[] {
  return map.filter(({ flags }) => (flags & INACTIVE_FLAGS) === 0).map(({ pnn }) => pnn);
}

/**
 * The nodes that an operand lists: the target without one, every node for `all`, else numbers with
 * commas between (2.5).
 */
export function listedNodes(
  call: ClusterCall,
  map: readonly NodeEntry[],
  operand: string | undefined,
): readonly number[] {
  if (operand === undefined) return [call.target];
  if (operand === "all") return map.map(({ pnn }) => pnn);
  return operand.split(",").filter((word) => word !== "").map((word) => {
    const pnn = parseU32(word);
    if (pnn === undefined) return call.fail(1, `Invalid node ${word}`);
    if (!map.some((node) => node.pnn === pnn)) call.fail(1, `Node ${pnn} does not exist`);
    return pnn;
  });
}
