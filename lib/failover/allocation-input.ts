import type { ClusterClient } from "../client/mod.ts";
import { ControlFlag } from "../wire/mod.ts";
import type { AllocationInput, HomeNode } from "./ipalloc/mod.ts";
import { connectedPnns, nodeReports, possibleHosts } from "./takeover/reports.ts";

/**
 * Asks a live cluster for everything that its next takeover run would depend on, for dry runs
 * (`ctdb ipalloc`). `leader` is the node whose tunables and node map count.
 *
 * @throws {ControlError} a node did not answer
 */
export async function gatherAllocationInput(
  client: Pick<ClusterClient, "control">,
  leader: number,
  options: { readonly timeout_ms: number; readonly homeNodes?: readonly HomeNode[] },
): Promise<AllocationInput> {
  const { timeout_ms, homeNodes = [] } = options;
  const tunables = await client.control(leader, "GET_ALL_TUNABLES", undefined, { timeout_ms });
  const nodes = await client.control(leader, "GET_NODEMAP", undefined, { timeout_ms });
  const ask = async (pnns: readonly number[], flags: number) =>
    new Map(
      await Promise.all(pnns.map(async (pnn) => {
        const more = { timeout_ms, flags };
        return [pnn, await client.control(pnn, "GET_PUBLIC_IPS", undefined, more)] as const;
      })),
    );
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
