import { INACTIVE_FLAGS, type NodeEntry, NodeFlag, type PublicIp } from "../../wire/mod.ts";
import { addressKey } from "../address.ts";
import type { NodeReport } from "../ipalloc/mod.ts";

/** Answers to GET_PUBLIC_IPS by pnn; nodes that were not asked are not in it. */
export type PublicIpsByNode = ReadonlyMap<number, readonly PublicIp[]>;

/** Pnns of nodes without any of `flags`, ascending. A node map is indexed by pnn. */
export function pnnsWithout(nodes: readonly NodeEntry[], flags: number): number[] {
  return nodes.flatMap((node, pnn) => (node.flags & flags) === 0 ? [pnn] : []);
}

/** The nodes that are asked what they know: all that can be reached, banned ones too. */
export function connectedPnns(nodes: readonly NodeEntry[]): number[] {
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
