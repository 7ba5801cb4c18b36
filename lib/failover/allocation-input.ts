import { type ClusterClient, isNoAnswer } from "../client/mod.ts";
import { ControlFlag, type PublicIp } from "../wire/mod.ts";
import type { AllocationInput, HomeNode } from "./ipalloc/mod.ts";
import { connectedPnns, nodeReports, possibleHosts } from "./takeover/reports.ts";

/** How the nodes are asked. */
export interface AllocationQuestions {
  readonly timeout_ms: number;
  readonly homeNodes?: readonly HomeNode[];
  readonly missing?: (pnn: number) => void;
}

/**
 * Asks a live cluster for everything that its next takeover run would depend on, for dry runs
 * (`ctdb ipalloc`). `leader` is the node whose tunables and node map count.
 *
 * @param options `missing` hears of nodes that do not answer, which count as knowing no address
 * @throws {ControlError} a node did not answer, and nobody wants to hear of that
 */
export async function gatherAllocationInput(
  client: Pick<ClusterClient, "control">,
  leader: number,
  options: AllocationQuestions,
): Promise<AllocationInput> {
  const { timeout_ms, homeNodes = [], missing } = options;
  const tunables = await client.control(leader, "GET_ALL_TUNABLES", undefined, { timeout_ms });
  const nodes = await client.control(leader, "GET_NODEMAP", undefined, { timeout_ms });
  const askNode = async (pnn: number, flags: number) => {
    const more = { timeout_ms, flags };
    try {
      return [[pnn, await client.control(pnn, "GET_PUBLIC_IPS", undefined, more)] as const];
    } catch (error) {
      if (missing === undefined || !isNoAnswer(error)) throw error;
      missing(pnn);
      return [];
    }
  };
  const ask = async (pnns: readonly number[], flags: number) => {
    const answers = await Promise.all(pnns.map((pnn) => askNode(pnn, flags)));
    return new Map<number, readonly PublicIp[]>(answers.flat());
  };
  const known = await ask(connectedPnns(nodes), 0);
  const hosts = possibleHosts(nodes, known);
  const available = await ask(hosts, ControlFlag.PUBLIC_IP_ONLY_AVAILABLE);
  return {
    nodes: nodeReports(nodes, known, available),
    algorithm: tunables.IPAllocAlgorithm,
    noIPTakeover: tunables.NoIPTakeover !== 0,
    noIPFailback: tunables.NoIPFailback !== 0,
    forceRebalance: [],
    homeNodes,
  };
}
