import { type ClusterClient, isNoAnswer } from "../../client/mod.ts";
import { INACTIVE_FLAGS, NodeFlag, RecoveryMode, type Uptime } from "../../wire/mod.ts";
import {
  ask,
  flagNames,
  generationOrNull,
  GONE,
  nodeStateText,
  recoveryModeText,
  runStateText,
} from "./ask.ts";
import { type NodeDocument, ownFlags } from "./node.ts";
import type { PingAnswer, Pings } from "./pings.ts";
import type { PeerIntroduction } from "../story/story-message.ts";

/** What one node answers about itself and the others. */
interface PeerAnswer extends PingAnswer {
  readonly nodes: NodeDocument["nodes"];
  readonly recoveryMode: number;
  readonly runState: number;
  readonly generation: number;
  readonly uptime_s: number;
  readonly clockOffset_s: number;
}

/** `GET /v1/cluster`: every node as each node sees it. */
export async function clusterDocument(
  client: ClusterClient,
  own: NodeDocument,
  introductions: ReadonlyMap<number, PeerIntroduction>,
  pinged: Pings,
): Promise<Record<string, unknown>> {
  const present = own.nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const answers = new Map<number, PeerAnswer | undefined>();
  await Promise.all(present.map(async ({ pnn, flags }) => {
    const ping = (flags & GONE) === 0 ? pinged.get(pnn) : undefined;
    if (ping === undefined) return;
    answers.set(pnn, pnn === own.pnn ? ownAnswer(own, ping) : await askPeer(client, pnn, ping));
  }));
  const nodes = present.map(({ pnn, flags, address }) => ({
    pnn,
    address: address.address,
    this_node: pnn === own.pnn,
    leads: pnn === own.leader,
    state: nodeStateText(flags),
    flags: flagNames(flags),
    version: introductions.get(pnn)?.version ?? null,
    ...answerDocument(
      answers.get(pnn),
      pnn === own.pnn
        ? new Map([...answers].map(([other, answer]) => [other, answer?.roundTrip_s]))
        : new Map(introductions.get(pnn)?.round_trips),
    ),
  }));
  const mode = clusterMode(own, answers);
  const well = mode === RecoveryMode.NORMAL && own.leader !== undefined &&
    nodes.every(({ state, answers }) => state === "ok" && answers);
  return {
    asked: own.pnn,
    at: new Date().toISOString(),
    well,
    leader: own.leader ?? null,
    recovery_mode: recoveryModeText(mode),
    generation: generationOrNull(own.vnnMap.generation),
    nodes,
  };
}

/** A node that is stopped or banned stays in recovery mode, whatever the cluster does: others know. */
function clusterMode(
  own: NodeDocument,
  answers: ReadonlyMap<number, PeerAnswer | undefined>,
): number {
  if ((ownFlags(own) & INACTIVE_FLAGS) === 0) return own.recoveryMode;
  const active = own.nodes.filter(({ flags }) => (flags & INACTIVE_FLAGS) === 0);
  const modes = active.flatMap(({ pnn }) => answers.get(pnn)?.recoveryMode ?? []);
  if (modes.length === 0) return own.recoveryMode;
  return modes.some((mode) => mode !== RecoveryMode.NORMAL)
    ? RecoveryMode.ACTIVE
    : RecoveryMode.NORMAL;
}

/** What the own node has answered already. */
function ownAnswer(own: NodeDocument, ping: PingAnswer): PeerAnswer {
  const { nodes, recoveryMode, runState, vnnMap, uptime } = own;
  const generation = vnnMap.generation;
  const uptime_s = uptimeOf(uptime);
  return {
    ...ping,
    nodes,
    recoveryMode,
    runState,
    generation,
    uptime_s,
    clockOffset_s: 0,
  };
}

async function askPeer(
  client: ClusterClient,
  pnn: number,
  ping: PingAnswer,
): Promise<PeerAnswer | undefined> {
  try {
    const asked_ms = Date.now();
    const [uptime, nodes, recoveryMode, runState, vnnMap] = await Promise.all([
      ask(client, pnn, "UPTIME", undefined),
      ask(client, pnn, "GET_NODEMAP", undefined),
      ask(client, pnn, "GET_RECMODE", undefined),
      ask(client, pnn, "GET_RUNSTATE", undefined),
      ask(client, pnn, "GETVNNMAP", undefined),
    ]);
    const between_ms = (asked_ms + Date.now()) / 2;
    return {
      ...ping,
      nodes,
      recoveryMode,
      runState,
      generation: vnnMap.generation,
      uptime_s: uptimeOf(uptime),
      clockOffset_s: (Number(uptime.currentTime / 1000n) - between_ms) / 1000,
    };
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
}

function uptimeOf({ currentTime, ctdbdStartTime }: Uptime): number {
  return Number(currentTime - ctdbdStartTime) / 1e6;
}

/** @param reached how long others took to answer this node, in seconds, as far as it has told */
function answerDocument(
  answer: PeerAnswer | undefined,
  reached: ReadonlyMap<number, number | undefined>,
) {
  if (answer === undefined) {
    return {
      answers: false,
      round_trip_s: null,
      clients: null,
      recovery_mode: null,
      run_state: null,
      generation: null,
      uptime_s: null,
      clock_offset_s: null,
      sees: [],
    };
  }
  return {
    answers: true,
    round_trip_s: answer.roundTrip_s,
    clients: answer.clients,
    recovery_mode: recoveryModeText(answer.recoveryMode),
    run_state: runStateText(answer.runState),
    generation: generationOrNull(answer.generation),
    uptime_s: answer.uptime_s,
    clock_offset_s: answer.clockOffset_s,
    sees: answer.nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0)
      .map(({ pnn, flags }) => ({
        pnn,
        state: nodeStateText(flags),
        flags: flagNames(flags),
        round_trip_s: (flags & GONE) === 0 ? reached.get(pnn) ?? null : null,
      })),
  };
}
