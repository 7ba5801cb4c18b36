import type { ClusterClient } from "../../client/mod.ts";
import {
  Capability,
  type LatencyCounter,
  type NodeEntry,
  type Statistics,
  type Uptime,
  type VnnMap,
} from "../../wire/mod.ts";
import {
  ask,
  askMaybe,
  flagNames,
  generationOrNull,
  nodeStateText,
  recoveryModeText,
  runStateText,
  timeOrNull,
} from "./ask.ts";

/** What the own node says of itself, in few questions: what health checks and metrics stand on. */
export interface NodeDocument {
  readonly pnn: number;
  readonly leader: number | undefined;
  readonly nodes: readonly NodeEntry[];
  readonly recoveryMode: number;
  readonly vnnMap: VnnMap;
  readonly runState: number;
  readonly uptime: Uptime;
  readonly statistics: Statistics;
  readonly capabilities: number;
  readonly ban_s: number;
}

/** Asks the own node. */
export async function nodeFacts(
  client: ClusterClient,
  leader: () => number | undefined,
): Promise<NodeDocument> {
  const { pnn } = client;
  const [nodes, recoveryMode, vnnMap, runState, uptime, statistics, capabilities, ban] =
    await Promise.all([
      ask(client, pnn, "GET_NODEMAP", undefined),
      ask(client, pnn, "GET_RECMODE", undefined),
      ask(client, pnn, "GETVNNMAP", undefined),
      ask(client, pnn, "GET_RUNSTATE", undefined),
      ask(client, pnn, "UPTIME", undefined),
      ask(client, pnn, "STATISTICS", undefined),
      ask(client, pnn, "GET_CAPABILITIES", undefined),
      askMaybe(client, pnn, "GET_BAN_STATE", undefined),
    ]);
  return {
    pnn,
    leader: leader(),
    nodes,
    recoveryMode,
    vnnMap,
    runState,
    uptime,
    statistics,
    capabilities,
    ban_s: ban?.time_s ?? 0,
  };
}

/** The own flags of a node. */
export function ownFlags({ nodes, pnn }: NodeDocument): number {
  return nodes.find((node) => node.pnn === pnn)?.flags ?? 0;
}

/** What is said of this process beside what the node knows. */
export interface ProcessFigures {
  readonly version: string;
  readonly pid: number;
  /** Why history is not kept; undefined when it is. */
  readonly historyLost: string | undefined;
}

/** `GET /v1/node`. */
export function nodeDocument(
  facts: NodeDocument,
  process: ProcessFigures,
): Record<string, unknown> {
  const { pnn, nodes, leader, uptime, vnnMap, statistics, capabilities } = facts;
  const flags = ownFlags(facts);
  const recovery_us = uptime.lastRecoveryFinished - uptime.lastRecoveryStarted;
  return {
    pnn,
    address: nodes.find((node) => node.pnn === pnn)?.address.address ?? null,
    state: nodeStateText(flags),
    flags: flagNames(flags),
    program: "ctdb-deno",
    version: process.version,
    pid: process.pid,
    run_state: runStateText(facts.runState),
    started_at: timeOrNull(uptime.ctdbdStartTime),
    uptime_s: Number(uptime.currentTime - uptime.ctdbdStartTime) / 1e6,
    leader: leader ?? null,
    leads: leader === pnn,
    recovery_mode: recoveryModeText(facts.recoveryMode),
    generation: generationOrNull(vnnMap.generation),
    lmasters: vnnMap.map,
    capabilities: {
      leader: (capabilities & Capability.RECMASTER) !== 0,
      lmaster: (capabilities & Capability.LMASTER) !== 0,
    },
    ban_s: facts.ban_s,
    last_recovery: {
      started_at: timeOrNull(uptime.lastRecoveryStarted),
      finished_at: timeOrNull(uptime.lastRecoveryFinished),
      duration_s: recovery_us > 0n ? Number(recovery_us) / 1e6 : null,
    },
    statistics: statisticsDocument(statistics),
    history: { kept: process.historyLost === undefined, reason: process.historyLost ?? null },
  };
}

function statisticsDocument(of: Statistics): Record<string, unknown> {
  return {
    clients: of.numClients,
    frozen: of.frozen !== 0,
    recoveries: of.numRecoveries,
    calls: of.totalCalls,
    calls_pending: of.pendingCalls,
    call_latency: latencyDocument(of.callLatency),
    locks: {
      granted: of.locks.latency.num,
      failed: of.locks.numFailed,
      waiting: of.locks.numPending + of.locks.numCurrent,
      latency: latencyDocument(of.locks.latency),
    },
    cluster_lock_latency: latencyDocument(of.reclock.ctdbd),
    client_packets: { sent: of.clientPacketsSent, received: of.clientPacketsRecv },
    node_packets: { sent: of.nodePacketsSent, received: of.nodePacketsRecv },
    control_timeouts: of.timeouts.control,
    memory_bytes: of.memoryUsed,
    max_hops: of.maxHopCount,
    since: timeOrNull(of.statisticsStartTime),
  };
}

/** A latency as documents show it. */
export function latencyDocument({ num, min_s, max_s, total_s }: LatencyCounter) {
  return { count: num, min_s, max_s, mean_s: num === 0 ? null : total_s / num };
}
