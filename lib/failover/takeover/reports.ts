import type { ClusterClient } from "../../client/mod.ts";
import {
  ControlFlag,
  INACTIVE_FLAGS,
  type NodeEntry,
  NodeFlag,
  type PublicIp,
} from "../../wire/mod.ts";
import { addressKey } from "../address.ts";
import type { AllocationInput, HomeNode, NodeReport } from "../ipalloc/mod.ts";

/** Answers to GET_PUBLIC_IPS by pnn; nodes that were not asked are not in it. */
export type PublicIpsByNode = ReadonlyMap<number, readonly PublicIp[]>;

/** Pnns of nodes without any of `flags`, ascending. A node map is indexed by pnn. */
export function pnnsWithout(nodes: readonly NodeEntry[], flags: number): number[] {
  return nodes.flatMap((node, pnn) => (node.flags & flags) === 0 ? [pnn] : []);
}

/** The nodes that are asked what they know: all that can be reached, banned ones too. */
export function connectedNodes(nodes: readonly NodeEntry[]): number[] {
  return pnnsWithout(nodes, NodeFlag.DISCONNECTED | NodeFlag.DELETED);
}

/** The nodes that are asked what they could host: active ones that know an address. */
export function possibleHosts(nodes: readonly NodeEntry[], known: PublicIpsByNode): number[] {
  return pnnsWithout(nodes, INACTIVE_FLAGS).filter((pnn) => (known.get(pnn)?.length ?? 0) > 0);
}

/** What the allocation works on, one entry per node of the node map. */
export function nodeReports(
  nodes: readonly NodeEntry[],
  known: PublicIpsByNode,
  available: PublicIpsByNode,
): NodeReport[] {
  return nodes.map((_, pnn) => ({
    known: (known.get(pnn) ?? []).map((ip) => ({
      address: addressKey(ip.address),
      holder: ip.pnn,
    })),
    available: (available.get(pnn) ?? []).map((ip) => addressKey(ip.address)),
  }));
}

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
  const known = await ask(connectedNodes(nodes), 0);
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
