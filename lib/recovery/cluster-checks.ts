import { messageOf, type Procedure, type RecoveryCause, settle } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { LocalNode } from "../membership/mod.ts";
import { Capability, type NodeEntry, NodeFlag, RecoveryMode, type VnnMap } from "../wire/mod.ts";

/** Why a recovery is needed and which node is to blame, if one is. */
export interface RecoveryReason {
  readonly text: string;
  readonly cause: RecoveryCause;
  readonly culprit?: number;
  /** Nodes stand in recovery mode for it: until then nobody can use the databases. */
  readonly isStanding?: boolean;
}

/** What the leader's checks ask with. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
}

/** A node did not answer a check. */
export interface NodeFailure {
  readonly pnn: number;
  readonly text: string;
}

/** Asks several nodes the same; failures are values, so that one dead node hides no other. */
export function* askNodes<T>(
  pnns: readonly number[],
  ask: (pnn: number) => Procedure<T>,
): Procedure<{ replies: Map<number, T>; failures: NodeFailure[] }> {
  const results = yield* settle(pnns.map(ask));
  const replies = new Map<number, T>();
  const failures: NodeFailure[] = [];
  results.forEach((result, i) => {
    if (result.ok) replies.set(pnns[i]!, result.value);
    else failures.push({ pnn: pnns[i]!, text: messageOf(result.error) });
  });
  return { replies, failures };
}

/** Check 5 of `cluster.md` 7.2: some active node is in recovery mode. */
export function recoveryModeReason(
  modes: ReadonlyMap<number, number>,
): RecoveryReason | undefined {
  for (const [pnn, mode] of modes) {
    if (mode === RecoveryMode.ACTIVE) {
      const text = `node ${pnn} is in recovery mode`;
      return { text, cause: "recovery_mode", isStanding: true };
    }
  }
  return undefined;
}

/** Checks 8 and 9: every active node has the same nodes at the same places. */
export function nodeMapReason(
  local: LocalNode,
  maps: ReadonlyMap<number, readonly NodeEntry[]>,
): RecoveryReason | undefined {
  const { nodes } = local;
  for (const pnn of nodes.active()) {
    const map = maps.get(pnn);
    if (map === undefined || pnn === nodes.pnn) continue;
    if (map.length !== nodes.size) {
      const text = `node ${pnn} has ${map.length} nodes, we have ${nodes.size}`;
      return { text, cause: "nodes_file", culprit: pnn };
    }
    if (map.some((node, i) => node.pnn !== nodes.get(i)!.pnn)) {
      return { text: `node ${pnn} has other pnns`, cause: "nodes_file", culprit: pnn };
    }
  }
  return undefined;
}

/** Checks 10 and 11: the vnn map holds exactly the active nodes that are lmasters. */
export function lmasterReason(
  local: LocalNode,
  capabilities: ReadonlyMap<number, number>,
): RecoveryReason | undefined {
  const { nodes, vnnmap } = local;
  const lmasters = nodes.active().filter((pnn) =>
    ((capabilities.get(pnn) ?? 0) & Capability.LMASTER) !== 0
  );
  // Without any lmaster the leader takes all records, which nothing would better.
  if (lmasters.length === 0 && vnnmap.length === 1 && vnnmap[0] === nodes.pnn) return undefined;
  if (vnnmap.length !== lmasters.length) {
    return {
      text: `vnn map has ${vnnmap.length} nodes, ${lmasters.length} active nodes are lmasters`,
      cause: "members",
      culprit: nodes.pnn,
    };
  }
  const missing = lmasters.find((pnn) => pnn !== nodes.pnn && !vnnmap.includes(pnn));
  if (missing === undefined) return undefined;
  const text = `active node ${missing} is not in the vnn map`;
  return { text, cause: "members", culprit: missing };
}

/** Checks 12 and 13: every active node has our vnn map. */
export function vnnmapReason(
  local: LocalNode,
  maps: ReadonlyMap<number, VnnMap>,
): RecoveryReason | undefined {
  for (const [pnn, map] of maps) {
    if (pnn === local.nodes.pnn) continue;
    if (map.generation !== local.generation) {
      const text = `node ${pnn} has generation ${map.generation}, we have ${local.generation}`;
      return { text, cause: "maps", culprit: pnn };
    }
    const { vnnmap } = local;
    if (map.map.length !== vnnmap.length || map.map.some((n, i) => n !== vnnmap[i])) {
      return { text: `node ${pnn} has another vnn map`, cause: "maps", culprit: pnn };
    }
  }
  return undefined;
}

/** Whether all nodes of the nodes file are connected; only a cluster without lock cares. */
export function missingNodes(local: LocalNode): number[] {
  return local.nodes.without(NodeFlag.DELETED).filter((pnn) => !local.nodes.isConnected(pnn));
}
