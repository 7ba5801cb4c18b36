import { type ClusterClient, isNoAnswer } from "../../client/mod.ts";
import { NodeFlag } from "../../wire/mod.ts";
import {
  ask,
  flagNames,
  generationOrNull,
  GONE,
  nodeStateText,
  recoveryModeText,
  runStateText,
} from "./ask.ts";
import type { NodeDocument } from "./node.ts";
import type { PeerIntroduction } from "../story/exchange.ts";

/** What one node answers about itself and the others. */
interface PeerAnswer {
  readonly roundTrip_s: number;
  readonly clients: number;
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
): Promise<Record<string, unknown>> {
  const present = own.nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const answers = new Map<number, PeerAnswer | undefined>();
  await Promise.all(present.map(async ({ pnn, flags }) => {
    answers.set(pnn, (flags & GONE) === 0 ? await askPeer(client, pnn) : undefined);
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
  const well = own.recoveryMode === 0 && own.leader !== undefined &&
    nodes.every(({ state, answers }) => state === "ok" && answers);
  return {
    asked: own.pnn,
    at: new Date().toISOString(),
    well,
    leader: own.leader ?? null,
    recovery_mode: recoveryModeText(own.recoveryMode),
    generation: generationOrNull(own.vnnMap.generation),
    nodes,
  };
}

async function askPeer(client: ClusterClient, pnn: number): Promise<PeerAnswer | undefined> {
  try {
    const asked_ms = Date.now();
    const start_ms = performance.now();
    const clients = await ask(client, pnn, "PING", undefined);
    const roundTrip_ms = performance.now() - start_ms;
    const [nodes, recoveryMode, runState, vnnMap, uptime] = await Promise.all([
      ask(client, pnn, "GET_NODEMAP", undefined),
      ask(client, pnn, "GET_RECMODE", undefined),
      ask(client, pnn, "GET_RUNSTATE", undefined),
      ask(client, pnn, "GETVNNMAP", undefined),
      ask(client, pnn, "UPTIME", undefined),
    ]);
    const between_ms = (asked_ms + Date.now()) / 2;
    return {
      roundTrip_s: roundTrip_ms / 1000,
      clients,
      nodes,
      recoveryMode,
      runState,
      generation: vnnMap.generation,
      uptime_s: Number(uptime.currentTime - uptime.ctdbdStartTime) / 1e6,
      clockOffset_s: (Number(uptime.currentTime / 1000n) - between_ms) / 1000,
    };
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
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
