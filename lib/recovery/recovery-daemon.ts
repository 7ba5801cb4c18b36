import {
  Cancelled,
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  type ProcedureRun,
  type Random,
  rethrowFinal,
  run,
  sleep,
  type Timer,
} from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { Scratch } from "../records/mod.ts";
import {
  BanCredits,
  type ClusterLock,
  type Leadership,
  type LocalNode,
} from "../membership/mod.ts";
import {
  BROADCAST_CONNECTED,
  INACTIVE_FLAGS,
  INVALID_GENERATION,
  type NodeEntry,
  NodeFlag,
  RecoveryMode,
  Srvid,
  type TunableName,
} from "../wire/mod.ts";
import {
  askNodes,
  lmasterReason,
  nodeMapReason,
  recoveryModeReason,
  type RecoveryReason,
  vnnmapReason,
} from "./cluster-checks.ts";
import { pushAllFlags, syncFlags } from "./flag-sync.ts";
import { IncompleteClusterWarning } from "./incomplete-cluster.ts";
import { OperationGate } from "./operation-gate.ts";
import { recoverCluster } from "./recover-cluster.ts";
import { RecoveryPace } from "./recovery-pace.ts";
import { RecoveryRun } from "./recovery-run.ts";
import { RecoveryMessages } from "./recovery-messages.ts";
import { TakeoverRequests } from "./takeover-requests.ts";

/** Between two iterations at least, however often it is woken. */
const LEAST_PAUSE_MS = 20;

/** What the recovery daemon stands on. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly leadership: Leadership;
  readonly lock: ClusterLock | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** One takeover run (`cluster.md` 9.2); throws when it failed. */
  readonly takeoverRun: (rebalance: readonly number[]) => Procedure<void>;
  /** True when the addresses on this node's interfaces are not what they should be. */
  readonly addressesWrong: () => boolean;
  readonly memoryReport: () => string;
  /** Room for the records of a database that is being recovered. */
  readonly scratch: () => Scratch;
}

/**
 * The loop that the C daemon runs in a process of its own (`cluster.md` 7.2): once per
 * RecoverInterval, or at once when something happened, it looks whether the cluster is whole, and
 * as leader makes it whole. It acts only through controls and messages, like any other client.
 */
export class RecoveryDaemon {
  readonly #ports: Ports;
  readonly #credits = new BanCredits();
  readonly #recoveries: OperationGate;
  readonly #takeovers: OperationGate;
  readonly #requests: TakeoverRequests;
  readonly #messages: RecoveryMessages;
  readonly #incomplete: IncompleteClusterWarning;
  readonly #pace = new RecoveryPace();
  #needRecovery = false;
  /** The log has it that the recovery that is due cannot begin. */
  #saidDisabled = false;
  /** The nodes that the last recovery was begun with. */
  #recovered: ReadonlySet<number> = new Set();
  #iterating = false;
  /** The iteration, while it waits. */
  #running: ProcedureRun | undefined;
  /** It has come to what only a leader does. */
  #leads = false;
  #stopped = true;
  #wakeAgain = false;
  #timer: Timer | undefined;
  #srvidCounter = 0n;

  constructor(ports: Ports) {
    this.#ports = ports;
    const { clock, log } = ports;
    this.#recoveries = new OperationGate("recoveries", clock, log);
    this.#takeovers = new OperationGate("takeover runs", clock, log);
    this.#recoveries.onEnabled = () => this.wake();
    this.#requests = new TakeoverRequests({ ...ports, wake: () => this.wake() }, this.#takeovers);
    this.#incomplete = new IncompleteClusterWarning(ports);
    this.#messages = new RecoveryMessages({
      ...ports,
      recoveries: this.#recoveries,
      takeovers: this.#takeovers,
      requests: this.#requests,
      blame: (pnn) => this.#blame(pnn, ports.local.nodes.size),
      wake: () => this.wake(),
    });
  }

  start(): void {
    this.#stopped = false;
    this.#messages.start();
    this.#ports.leadership.start();
    if (this.#ports.lock === undefined) this.#incomplete.start();
    this.#schedule(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#running?.cancel("the node shuts down");
    this.#messages.stop();
    this.#incomplete.stop();
    this.#recoveries.stop();
    this.#takeovers.stop();
    this.#requests.stop();
    this.#ports.leadership.stop();
  }

  /** Something happened that the loop should look at now. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#iterating) this.#wakeAgain = true;
    else this.#schedule(LEAST_PAUSE_MS);
  }

  /** The leader value changed: what an old leader was doing is over. */
  leaderChanged(): void {
    const reason = this.#whyNotOn();
    if (reason !== undefined) this.#running?.cancel(reason);
    this.wake();
  }

  #schedule(delay_ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.setTimer(delay_ms, () => this.#runOnce());
  }

  /**
   * What the leader has begun only a leader may go on with, and none that is on its way out: a
   * recovery would make it the owner of all records although it is inactive, and whoever wants one
   * of them would hang until the next leader recovers (`next.md` 9.1).
   */
  #whyNotOn(): string | undefined {
    const { leadership } = this.#ports;
    if (!this.#leads) return undefined;
    if (!leadership.isLeader) return "this node does not lead";
    return leadership.canBeLeader ? undefined : "This node can no longer be leader, abort recovery";
  }

  #runOnce(): void {
    const { clock, log } = this.#ports;
    const started_ms = clock.now();
    this.#wakeAgain = false;
    this.#iterating = true;
    const end = () => {
      this.#iterating = false;
      this.#running = undefined;
      this.#leads = false;
      this.#next(started_ms);
    };
    const running = run(this.#iterate(), {
      guard: () => this.#whyNotOn(),
      done: end,
      failed: (error) => {
        if (!this.#stopped) log.error(`Recovery loop: ${messageOf(error)}`);
        // Who may not go on gives way at once.
        this.#wakeAgain = error instanceof Cancelled;
        end();
      },
    });
    if (this.#iterating) this.#running = running;
  }

  #next(started_ms: number): void {
    if (this.#stopped) return;
    const { clock, local } = this.#ports;
    const rest_ms = local.tunable("RecoverInterval") * 1000 - (clock.now() - started_ms);
    this.#schedule(this.#wakeAgain ? LEAST_PAUSE_MS : Math.max(rest_ms, LEAST_PAUSE_MS));
  }

  /** One iteration. What fails ends it, and is tried again in the next. */
  *#iterate(): Procedure<void> {
    const { leadership, local } = this.#ports;
    if (leadership.electionInProgress) return;
    if (!leadership.canBeLeader) leadership.yield("this node cannot lead");
    yield* this.#banOffenders();
    if ((local.nodes.ownFlags & INACTIVE_FLAGS) !== 0) return yield* this.#stayInactive();
    if (local.recoveryMode === RecoveryMode.NORMAL) this.#checkAddresses();
    if (!leadership.isLeader) return this.#requests.forget();
    this.#leads = true;
    yield* this.#lead();
  }

  /** Stopped or banned: recovery mode stays ACTIVE and the databases stay frozen. */
  *#stayInactive(): Procedure<void> {
    const { leadership, local, client } = this.#ports;
    leadership.resetPriority();
    if (local.recoveryMode === RecoveryMode.NORMAL) {
      yield* client.control(client.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
    }
    if (!local.allFrozen) yield* client.control(client.pnn, "FREEZE", undefined);
  }

  #checkAddresses(): void {
    if (this.#takeovers.disabled || this.#takeovers.running) return;
    if (!this.#ports.addressesWrong()) return;
    const { leadership, client } = this.#ports;
    // The leader serves itself at the end of this iteration, if it can; a message would only wake
    // the loop again, and again as long as it cannot.
    if (leadership.isLeader) this.#requests.add({ pnn: client.pnn, srvid: 0n });
    else this.#requests.askLeader();
  }

  // The leader's part, in the order of the table in `cluster.md` 7.2

  *#lead(): Procedure<void> {
    const { lock, leadership } = this.#ports;
    const maps = yield* this.#nodeMaps();
    if (maps === undefined) return;
    yield* syncFlags(this.#ports, maps);
    const modes = yield* this.#askActive((pnn) => this.#control(pnn, "GET_RECMODE"));
    if (modes === undefined || !leadership.isLeader) return;
    const modeReason = recoveryModeReason(modes);
    if (modeReason !== undefined) return yield* this.#recover(modeReason);
    if (this.#needRecovery) {
      return yield* this.#recover({ text: "one is due still", cause: "retry" });
    }
    if (lock !== undefined && !lock.held) {
      return leadership.yield("the cluster lock is not held");
    }
    if (!this.#recoveries.disabled) {
      const reason = yield* this.#inconsistency(maps);
      if (reason !== undefined) return yield* this.#recover(reason);
    }
    if (leadership.isLeader) yield* this.#requests.serve();
  }

  *#inconsistency(
    maps: ReadonlyMap<number, readonly NodeEntry[]>,
  ): Procedure<RecoveryReason | undefined> {
    const { local } = this.#ports;
    const nodes = nodeMapReason(local, maps);
    if (nodes !== undefined) return nodes;
    const capabilities = yield* this.#askActive((pnn) => this.#control(pnn, "GET_CAPABILITIES"));
    if (capabilities === undefined) return undefined;
    const lmasters = lmasterReason(local, capabilities);
    if (lmasters !== undefined) return lmasters;
    const vnnmaps = yield* this.#askActive((pnn) => this.#control(pnn, "GETVNNMAP"));
    return vnnmaps === undefined ? undefined : vnnmapReason(local, vnnmaps);
  }

  #control<N extends "GET_NODEMAP" | "GET_RECMODE" | "GET_CAPABILITIES" | "GETVNNMAP">(
    pnn: number,
    name: N,
  ) {
    const { client, local } = this.#ports;
    const timeout_ms = local.tunable("RecoverTimeout") * 1000;
    return client.control<N>(pnn, name, undefined as never, { timeout_ms });
  }

  *#nodeMaps(): Procedure<ReadonlyMap<number, readonly NodeEntry[]> | undefined> {
    const { replies, failures } = yield* askNodes(
      this.#ports.local.nodes.connected(),
      (pnn) => this.#control(pnn, "GET_NODEMAP"),
    );
    if (failures.length === 0) return replies;
    for (const { pnn, text } of failures) {
      this.#ports.log.error(`Cannot retrieve node map of node ${pnn}: ${text}`);
      if (this.#ports.local.nodes.isConnected(pnn)) this.#blame(pnn);
    }
    return undefined;
  }

  /** The same question to all active nodes; undefined ends the iteration. */
  *#askActive<T>(ask: (pnn: number) => Procedure<T>): Procedure<Map<number, T> | undefined> {
    const { replies, failures } = yield* askNodes(this.#ports.local.nodes.active(), ask);
    for (const { pnn, text } of failures) this.#ports.log.error(`Check of node ${pnn}: ${text}`);
    return failures.length === 0 ? replies : undefined;
  }

  // Recovery, outer part (`cluster.md` 7.3)

  *#recover(reason: RecoveryReason): Procedure<void> {
    const { leadership, lock, log, local } = this.#ports;
    if (!leadership.isLeader || leadership.electionInProgress) return;
    const gone = this.#whyNotOn();
    if (gone !== undefined) return log.error(gone);
    // Once: while recoveries are disabled this comes by every second.
    if (!this.#needRecovery) log.notice(`Recovery needed: ${reason.text}`);
    if (reason.culprit !== undefined) this.#blame(reason.culprit);
    this.#needRecovery = true;
    if (this.#recoveries.disabled && !(this.#isUrgent(reason) && this.#recoveries.wakeUp())) {
      if (!this.#saidDisabled) log.notice("Unable to begin: recoveries are disabled");
      this.#saidDisabled = true;
      return;
    }
    yield* this.#banOffenders();
    if ((local.nodes.ownFlags & NodeFlag.BANNED) !== 0) return;
    if (lock !== undefined && !lock.held) {
      return leadership.yield("the cluster lock is not held at recovery");
    }
    this.#saidDisabled = false;
    this.#recovered = new Set(local.nodes.active());
    const done = yield* this.#recoveries.run(this.#runRecovery(reason));
    if (done !== true) return;
    yield* this.#requests.runNow();
    this.#ports.client.message(BROADCAST_CONNECTED, Srvid.RECONFIGURE, new Uint8Array());
    this.#needRecovery = false;
    this.#credits.clear();
    this.#pace.ended(this.#ports.clock.now(), this.#rest_ms);
    this.#recoveries.rest(local.tunable("RerecoveryTimeout"));
  }

  *#runRecovery({ text: reason, cause }: RecoveryReason): Procedure<boolean> {
    const { client, log, local, clock, scratch } = this.#ports;
    const started_ms = clock.now();
    const generation = this.#newGeneration();
    log.happened({ kind: "recovery-started", reason, generation });
    log.notice(
      `Recovery starts: generation ${generation}, last culprit node ${this.#credits.lastCulprit}`,
    );
    const ports = {
      client,
      log,
      now: () => clock.now(),
      tunable: (name: TunableName) => local.tunable(name),
      nextSrvid: () => Srvid.RECOVERY + ++this.#srvidCounter,
      pause: () => sleep(clock, 0),
      scratch,
    };
    try {
      // A node that has just come back takes part; everybody must count it as active by then.
      const maps = yield* this.#nodeMaps();
      if (maps === undefined) return false;
      yield* syncFlags(this.#ports, maps);
      yield* pushAllFlags(this.#ports);
      const run = new RecoveryRun(ports, generation);
      yield* recoverCluster(run);
      const { steps } = run;
      const duration_ms = clock.now() - started_ms;
      log.happened({ kind: "recovery-finished", reason, cause, generation, duration_ms, steps });
      log.notice(`Recovery done in ${Math.round(duration_ms)} ms`);
      return true;
    } catch (error) {
      const failure = messageOf(error);
      const duration_ms = clock.now() - started_ms;
      log.happened({ kind: "recovery-failed", reason, cause, generation, duration_ms, failure });
      rethrowFinal(error);
      log.error(`Recovery failed: ${failure}`);
      return false;
    }
  }

  /** A random 31-bit number; 0 and 1 have meanings of their own. */
  #newGeneration(): number {
    let generation = INVALID_GENERATION;
    while (generation <= INVALID_GENERATION || generation === this.#ports.local.generation) {
      generation = this.#ports.random.u32() & 0x7fffffff;
    }
    return generation;
  }

  get #rest_ms(): number {
    return this.#ports.local.tunable("RerecoveryTimeout") * 1000;
  }

  /** Whether the rest after the last recovery is not for this one. */
  #isUrgent({ isStanding = false }: RecoveryReason): boolean {
    if (this.#nodeJoined()) return true;
    return isStanding && this.#pace.mayHurry(this.#ports.clock.now(), this.#rest_ms);
  }

  /**
   * Whether an active node was not in the last recovery. The rest after a recovery is there so that
   * a cluster that cannot come to an end does something else, too; a node that has joined since is
   * not made to wait for it.
   */
  #nodeJoined(): boolean {
    return this.#ports.local.nodes.active().some((pnn) => !this.#recovered.has(pnn));
  }

  // Bans (`cluster.md` 8.2)

  #blame(pnn: number, credits = 1): void {
    const { local, clock, log } = this.#ports;
    if ((local.nodes.ownFlags & INACTIVE_FLAGS) !== 0) {
      log.warning(`Not blaming node ${pnn}: this node is inactive`);
      return;
    }
    this.#credits.blame(pnn, credits, clock.now(), local.tunable("RecoveryGracePeriod") * 1000);
  }

  /** A ban that cannot be told to its node is tried again, and holds up no other. */
  *#banOffenders(): Procedure<void> {
    const { local, client, log } = this.#ports;
    for (const pnn of this.#credits.offenders(2 * local.nodes.size)) {
      const time_s = local.tunable("RecoveryBanPeriod");
      log.notice(`Banning node ${pnn} for ${time_s} seconds: too many failures`);
      try {
        if (local.nodes.isConnected(pnn)) {
          yield* client.control(pnn, "SET_BAN_STATE", { pnn, time_s });
        }
        this.#credits.forgive(pnn);
      } catch (error) {
        rethrowFinal(error);
        log.error(`Ban node ${pnn}: ${messageOf(error)}`);
      }
    }
  }
}
