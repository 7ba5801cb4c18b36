import { type ClusterClient, ControlError, isNoAnswer } from "../client/mod.ts";
import { messageOf } from "../base/mod.ts";
import { type Forecast, forecast, gatherAllocationInput } from "../failover/mod.ts";
import { MAX_SURVEYED_DATABASES } from "../limits/mod.ts";
import {
  type ControlReply,
  type ControlRequest,
  INACTIVE_FLAGS,
  type LiveControlName,
  type NodeEntry,
  NodeFlag,
  RecoveryMode,
} from "../wire/mod.ts";
import { LeaderWatch } from "./leader-watch.ts";
import type { ClusterFacts, DatabaseFacts, NodeFacts, Reading } from "./facts.ts";
import { lastingHolders } from "./held-locks.ts";
import { withinLimit } from "./limit.ts";

/** How the cluster is asked. */
export interface ClusterQuestions {
  /** How long one answer is waited for. */
  readonly timeout_ms: number;
  /** How long locks are watched; 0: not at all. */
  readonly watchLocks_ms: number;
  readonly signal: AbortSignal;
  /** Who leads, for who has listened before; else it is waited for. */
  readonly leader?: number | undefined;
}

/** A leader speaks every second. */
const LEADER_PATIENCE_MS = 2500;

const GONE = NodeFlag.DISCONNECTED | NodeFlag.DELETED;

/** Asks the local daemon and through it all nodes. Throws when the local daemon does not answer. */
export async function gatherCluster(
  client: ClusterClient,
  questions: ClusterQuestions,
): Promise<ClusterFacts> {
  const asking = new Asking(client, questions);
  const { pnn } = client;
  using watch = questions.leader === undefined ? await LeaderWatch.start(client) : undefined;
  const [nodes, mode, vnnMap] = await Promise.all([
    asking.ask(pnn, "GET_NODEMAP", undefined),
    asking.ask(pnn, "GET_RECMODE", undefined),
    asking.ask(pnn, "GETVNNMAP", undefined),
  ]);
  const { peers, silent } = await askPeers(
    asking,
    nodes.filter(({ flags }) => (flags & GONE) === 0),
  );
  const ids = (peers.get(pnn)?.databases ?? []).map(({ id }) => id);
  const names = await asking.each(ids, (id) => asking.ask(pnn, "GET_DBNAME", id));
  const paths = await asking.each(ids, (id) => asking.ask(pnn, "GETDBPATH", id));
  const lockHolders = questions.watchLocks_ms === 0
    ? new Map()
    : await lastingHolders(paths, questions.watchLocks_ms);
  if (watch !== undefined) await withinLimit(watch.heard, LEADER_PATIENCE_MS);
  const leader = questions.leader ?? watch?.pnn;
  return {
    pnn,
    leader,
    recovering: await isRecovering({ pnn, nodes, mode, leader }, asking),
    vnnMap,
    nodes,
    peers,
    silent,
    databaseNames: names,
    addresses: await forecastAddresses(client, leader ?? pnn, questions.timeout_ms),
    lockHolders,
  };
}

/** Who says whether a recovery is on. */
interface Recovering extends Pick<ClusterFacts, "pnn" | "nodes" | "leader"> {
  /** Of the node that was asked. */
  readonly mode: number;
}

/** A node that is stopped or banned stays in recovery mode, whatever the cluster does: others know. */
async function isRecovering(
  { pnn, nodes, leader, mode }: Recovering,
  asking: Asking,
): Promise<boolean> {
  const isActive = ({ flags }: NodeEntry) => (flags & INACTIVE_FLAGS) === 0;
  if (nodes.some((node) => node.pnn === pnn && isActive(node))) return mode !== RecoveryMode.NORMAL;
  const others = nodes.filter(isActive).map((node) => node.pnn);
  const asked = others.find((other) => other === leader) ?? others[0];
  if (asked === undefined) return mode !== RecoveryMode.NORMAL;
  const modes = await asking.each([asked], (other) => asking.ask(other, "GET_RECMODE", undefined));
  return (modes.get(asked) ?? RecoveryMode.NORMAL) !== RecoveryMode.NORMAL;
}

/** Asks, and tells a node that does not answer from a connection that has ended. */
export class Asking {
  readonly #client: ClusterClient;
  readonly #questions: Omit<ClusterQuestions, "watchLocks_ms">;

  constructor(client: ClusterClient, questions: Omit<ClusterQuestions, "watchLocks_ms">) {
    this.#client = client;
    this.#questions = questions;
  }

  ask<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): Promise<ControlReply<N>> {
    const { timeout_ms, signal } = this.#questions;
    return this.#client.control(pnn, name, request, { timeout_ms, signal });
  }

  /** Without an answer if the node refuses. */
  async maybe<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): Promise<ControlReply<N> | undefined> {
    try {
      return await this.ask(pnn, name, request);
    } catch (error) {
      if (error instanceof ControlError) return undefined;
      throw error;
    }
  }

  /** The answers by what was asked for, without those that were refused. */
  async each<T>(
    ids: readonly number[],
    ask: (id: number) => Promise<T>,
  ): Promise<ReadonlyMap<number, T>> {
    const answers = new Map<number, T>();
    await Promise.all(ids.map(async (id) => {
      try {
        answers.set(id, await ask(id));
      } catch (error) {
        if (!isNoAnswer(error)) throw error;
      }
    }));
    return answers;
  }
}

async function askPeers(asking: Asking, nodes: readonly NodeEntry[]) {
  const peers = new Map<number, NodeFacts>();
  const silent = new Map<number, string>();
  await Promise.all(nodes.map(async ({ pnn }) => {
    try {
      peers.set(pnn, await askNode(asking, pnn));
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      silent.set(pnn, error.message);
    }
  }));
  return { peers: new Map([...peers].sort(([a], [b]) => a - b)), silent };
}

async function askNode(asking: Asking, pnn: number): Promise<NodeFacts> {
  const asked_ms = Date.now();
  const { currentTime } = await asking.ask(pnn, "UPTIME", undefined);
  const answered_ms = Date.now();
  const [
    runState,
    capabilities,
    nodes,
    nodesFile,
    tunables,
    tunableNames,
    clusterLock,
    interfaces,
    map,
  ] = await Promise.all([
    asking.ask(pnn, "GET_RUNSTATE", undefined),
    asking.ask(pnn, "GET_CAPABILITIES", undefined),
    asking.ask(pnn, "GET_NODEMAP", undefined),
    asking.maybe(pnn, "GET_NODES_FILE", undefined),
    asking.ask(pnn, "GET_ALL_TUNABLES", undefined),
    asking.ask(pnn, "LIST_TUNABLES", undefined),
    asking.ask(pnn, "GET_RECLOCK_FILE", undefined),
    asking.ask(pnn, "GET_IFACES", undefined),
    asking.ask(pnn, "GET_DBMAP", undefined),
  ]);
  const databases = map.slice(0, MAX_SURVEYED_DATABASES)
    .map(({ dbId, flags }) => askDatabase(asking, pnn, dbId, flags));
  return {
    pnn,
    runState,
    capabilities,
    nodes,
    ...(nodesFile === undefined ? {} : { nodesFile }),
    clock: { asked_ms, answered_ms, theirs_ms: Number(currentTime / 1000n) },
    tunables,
    tunableNames,
    clusterLock,
    databases: await Promise.all(databases),
    interfaces,
  };
}

async function askDatabase(
  asking: Asking,
  pnn: number,
  id: number,
  flags: number,
): Promise<DatabaseFacts> {
  const [health, statistics] = await Promise.all([
    asking.maybe(pnn, "DB_GET_HEALTH", id),
    asking.maybe(pnn, "GET_DB_STATISTICS", id),
  ]);
  const database = { id, flags, health: health ?? null };
  return statistics === undefined ? database : { ...database, statistics };
}

async function forecastAddresses(
  client: ClusterClient,
  leader: number,
  timeout_ms: number,
): Promise<Reading<Forecast>> {
  try {
    return { value: forecast(await gatherAllocationInput(client, leader, { timeout_ms }), {}) };
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return { failure: messageOf(error) };
  }
}
