import { all, type Procedure } from "../base/mod.ts";
import { Capability, DbFlag, INACTIVE_FLAGS, NodeFlag, RecoveryMode } from "../wire/mod.ts";
import { databaseText, recoverDatabase, type RecoveredDatabase } from "./recover-database.ts";
import { RecoveryError, type RecoveryRun } from "./recovery-run.ts";

/** What is compared between nodes; READONLY and STICKY are each node's own affair. */
const COMPARED_DB_FLAGS = DbFlag.PERSISTENT | DbFlag.REPLICATED;
/** Failures inside one run that cost a node a ban (`cluster.md` 7.8). */
const BAN_CREDITS = 3;

/**
 * Makes the databases of all active nodes whole and equal (`cluster.md` 7.4), with a new generation.
 * When it fails the nodes stay in recovery mode and the next run repeats everything.
 *
 * @throws {RecoveryError} any step failed on any node
 */
export function* recoverCluster(run: RecoveryRun): Procedure<void> {
  const { log } = run.ports;
  run.nodes = yield* findActiveNodes(run);
  const capabilities = yield* run.controlAll(run.nodes, "GET_CAPABILITIES", undefined);
  const databases = yield* findDatabases(run);
  run.stepped("ask nodes");

  yield* run.controlAll(run.nodes, "SET_RECMODE", RecoveryMode.ACTIVE);
  log.error("Recovery mode set to ACTIVE");
  yield* run.controlAll(run.nodes, "START_RECOVERY", undefined);
  log.error("startrecovery event finished");
  run.stepped("startrecovery event");
  const map = lmasters(run, capabilities);
  yield* run.controlAll(run.nodes, "SETVNNMAP", { generation: run.generation, map });
  log.notice(`vnn map updated: generation ${run.generation}, lmasters ${map.join(" ")}`);

  yield* recoverDatabases(run, databases);
  run.stepped("databases");

  yield* run.controlAll(run.nodes, "SET_RECMODE", RecoveryMode.NORMAL);
  log.error("Recovery mode set to NORMAL");
  yield* run.controlAll(run.nodes, "END_RECOVERY", undefined);
  log.error("recovered event finished");
  run.stepped("recovered event");
}

/** Nodes that we are connected to and that do not call themselves inactive. */
function* findActiveNodes(run: RecoveryRun): Procedure<readonly number[]> {
  const local = yield* run.control(run.leader, "GET_NODEMAP", undefined);
  const connected = local
    .filter((node) => (node.flags & (NodeFlag.DISCONNECTED | NodeFlag.DELETED)) === 0)
    .map((node) => node.pnn);
  const maps = yield* run.controlAll(connected, "GET_NODEMAP", undefined);
  return connected.filter((pnn) => {
    const own = maps.get(pnn)!.find((node) => node.pnn === pnn);
    return own !== undefined && (own.flags & INACTIVE_FLAGS) === 0;
  });
}

/** What one node says of a database. */
interface Holding {
  readonly pnn: number;
  readonly flags: number;
  readonly readonly: boolean;
}

function* findDatabases(run: RecoveryRun): Procedure<RecoveredDatabase[]> {
  const maps = yield* run.controlAll(run.nodes, "GET_DBMAP", undefined);
  const found = new Map<number, Holding[]>();
  for (const [pnn, databases] of maps) {
    for (const { dbId, flags: allFlags } of databases) {
      const readonly = (allFlags & DbFlag.READONLY) !== 0;
      const holding = { pnn, readonly, flags: allFlags & COMPARED_DB_FLAGS };
      found.set(dbId, [...(found.get(dbId) ?? []), holding]);
    }
  }
  for (const [dbId, holdings] of found) {
    if (new Set(holdings.map(({ flags }) => flags)).size > 1) {
      yield* refuseMixture(run, dbId, holdings);
    }
  }
  return [...found].map(([dbId, holdings]) => ({
    dbId,
    flags: holdings[0]!.flags,
    readonly: holdings.some(({ readonly }) => readonly),
    holders: holdings.map(({ pnn }) => pnn),
  }));
}

/**
 * A database that is persistent here and volatile there cannot be recovered, and would stop every
 * recovery for ever. The nodes that have it as few others do, or otherwise than the leader, are to
 * blame: the rest goes on without them.
 */
function* refuseMixture(
  run: RecoveryRun,
  dbId: number,
  holdings: readonly Holding[],
): Procedure<never> {
  const names = yield* run.controlAll([holdings[0]!.pnn], "GET_DBNAME", dbId);
  for (const name of names.values()) run.databaseNames.set(dbId, name);
  const kept = prevailing(run, holdings);
  const others = holdings.filter(({ flags }) => flags !== kept);
  for (const { pnn } of others) run.blame(pnn, BAN_CREDITS);
  const where = [...new Set(holdings.map(({ flags }) => flags))].map((flags) => {
    const pnns = holdings.filter((one) => one.flags === flags).map(({ pnn }) => pnn);
    return `${kindText(flags)} on ${pnns.length === 1 ? "node" : "nodes"} ${pnns.join(", ")}`;
  });
  yield* banWorstOffender(run);
  throw new RecoveryError(
    `Database ${databaseText(run, dbId)} is ${where.join(" and ")}: ` +
      "detach it, or move its file away, on one side",
  );
}

/** The flags that most nodes have; of as many, the leader's. */
function prevailing(run: RecoveryRun, holdings: readonly Holding[]): number {
  const votes = new Map<number, number>();
  for (const { pnn, flags } of holdings) {
    votes.set(flags, (votes.get(flags) ?? 0) + (pnn === run.leader ? 1.5 : 1));
  }
  return [...votes].reduce((best, one) => one[1] > best[1] ? one : best)[0];
}

function kindText(flags: number): string {
  if ((flags & DbFlag.PERSISTENT) !== 0) return "persistent";
  return (flags & DbFlag.REPLICATED) !== 0 ? "replicated" : "volatile";
}

function lmasters(run: RecoveryRun, capabilities: ReadonlyMap<number, number>): number[] {
  const capable = run.nodes.filter((pnn) => (capabilities.get(pnn)! & Capability.LMASTER) !== 0);
  if (capable.length > 0) return capable;
  run.ports.log.warning("No active node has the lmaster capability: the leader takes all records");
  return [run.leader];
}

function* recoverDatabases(
  run: RecoveryRun,
  databases: readonly RecoveredDatabase[],
): Procedure<void> {
  const results = yield* all(databases.map((database) => recoverDatabase(run, database)));
  const recovered = results.filter((ok) => ok).length;
  run.ports.log.error(`${recovered} of ${databases.length} databases recovered`);
  if (recovered === databases.length) return;
  yield* banWorstOffender(run);
  throw new RecoveryError(`Recover databases: ${databases.length - recovered} failed`);
}

function* banWorstOffender(run: RecoveryRun): Procedure<void> {
  const { log, tunable } = run.ports;
  if (tunable("EnableBans") === 0) return;
  const offenders = run.offenders();
  const guilty = offenders.filter(({ credits }) => credits >= BAN_CREDITS);
  if (guilty.length === run.nodes.length) {
    log.error("Every node fails: no node is banned for what must be the databases' fault");
    return;
  }
  for (const { pnn, credits } of offenders) {
    if (credits < BAN_CREDITS) return;
    const nodes = yield* run.control(pnn, "GET_NODEMAP", undefined);
    const own = nodes.find((node) => node.pnn === pnn);
    if (own === undefined || (own.flags & INACTIVE_FLAGS) !== 0) continue;
    const time_s = tunable("RecoveryBanPeriod");
    log.error(`Banning node ${pnn} for ${time_s} seconds: ${credits} failures in one recovery`);
    yield* run.control(pnn, "SET_BAN_STATE", { pnn, time_s });
    return;
  }
}
