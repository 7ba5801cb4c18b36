import {
  all,
  Cancelled,
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  type ProcedureRun,
  run,
  type Timer,
} from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import {
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  Capability,
  decode,
  electionMessage,
  encode,
  INACTIVE_FLAGS,
  RecoveryMode,
  Srvid,
  u32,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import type { ClusterLock, LockResult } from "./cluster-lock.ts";
import { Ballot, canLead } from "./ballot.ts";
import {
  ANSWER_DELAY_MS,
  BROADCAST_INTERVAL_MS,
  LEADER_LINK_GRACE_MS,
  LISTEN_FIRST_MS,
  LOCK_RETRY_AFTER_DEATH_MS,
  LOCK_RETRY_MS,
  QUIET_ELECTION_MS,
} from "./election-times.ts";
import { FirstElection } from "./first-election.ts";
import type { LocalNode } from "./local-node.ts";
import { LockKeeping } from "./lock-keeping.ts";

/** What {@link Leadership} stands on. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined when no cluster lock is configured. */
  readonly lock: ClusterLock | undefined;
  /** Seconds without a leader broadcast before an election. */
  readonly leaderTimeout_s: number;
  /** The leader value changed (UNKNOWN_PNN: none). */
  readonly onLeader: (leader: number) => void;
}

/**
 * Where an election stands on this node:
 *
 * | Phase    | What is waited for                   | Ends with                                     |
 * | -------- | ------------------------------------ | --------------------------------------------- |
 * | `none`   |                                      | `called`; `votes`, `lock` when another calls  |
 * | `called` | all active nodes in recovery mode    | `votes`, `lock`; `none`: given up, or somebody |
 * |          |                                      | leads by now                                  |
 * | `votes`  | quiet after the last ELECTION        | `none`; `lock` when this node won and must    |
 * | `lock`   | the helper that takes the lock       | `none`                                        |
 */
type ElectionPhase = "none" | "called" | "votes" | "lock";

/**
 * Who leads: broadcasts, time-outs and both kinds of election (`cluster.md` section 6). Messages
 * and timers drive it.
 */
export class Leadership {
  readonly #ports: Ports;
  #leader = UNKNOWN_PNN;
  readonly #ballot: Ballot;
  #phase: ElectionPhase = "none";
  /** The election that this node calls, until all are in recovery mode. */
  #calling: ProcedureRun | undefined;
  #stopped = true;
  /** Who led before nobody did. */
  #missed = UNKNOWN_PNN;
  /** The last leader's link broke, and nobody has led since. */
  #leaderDied = false;
  readonly #keeping = new LockKeeping();
  readonly #first: FirstElection;
  readonly #subscriptions: (() => void)[] = [];
  #broadcastTimer: Timer | undefined;
  #leaderTimer: Timer | undefined;
  #electionTimer: Timer | undefined;
  #answerTimer: Timer | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#ballot = new Ballot(ports);
    this.#first = new FirstElection({
      ...ports,
      isNeeded: () => this.#leader === UNKNOWN_PNN && this.#phase === "none",
      elect: (reason) => this.forceElection(reason),
    });
  }

  get leader(): number {
    return this.#leader;
  }

  get isLeader(): boolean {
    return this.#leader === this.#ports.client.pnn;
  }

  get electionInProgress(): boolean {
    return this.#phase === "votes" || this.#phase === "lock";
  }

  /** Active and with the leader capability. */
  get canBeLeader(): boolean {
    const { local } = this.#ports;
    return (local.nodes.ownFlags & INACTIVE_FLAGS) === 0 &&
      (local.capabilities & Capability.RECMASTER) !== 0;
  }

  start(): void {
    this.#stopped = false;
    const { client } = this.#ports;
    this.#subscriptions.push(
      client.subscribe(Srvid.LEADER, (data) => this.#heardLeader(data)),
      client.subscribe(Srvid.ELECTION, (data) => this.#heardElection(data)),
    );
    this.#broadcastTick();
    this.#restartLeaderTimer();
    this.#listenForLeader();
  }

  /** Stops everything and gives the lock up. */
  stop(): void {
    this.#stopped = true;
    this.#calling?.cancel("the node shuts down");
    this.#first.stop();
    for (const cancel of this.#subscriptions.splice(0)) cancel();
    this.#broadcastTimer?.cancel();
    this.#leaderTimer?.cancel();
    this.#electionTimer?.cancel();
    this.#answerTimer?.cancel();
    this.#ports.lock?.release();
  }

  /** The own node is inactive: whoever comes back is the youngest. */
  resetPriority(): void {
    this.#ballot.resetPriority();
  }

  /** A peer's link came up: let it know who leads without waiting for the next second. */
  linkUp(pnn: number): void {
    if (this.isLeader && !this.electionInProgress && this.canBeLeader) {
      this.#ports.client.message(pnn, Srvid.LEADER, encode(u32, this.#leader));
    }
    this.#listenForLeader();
  }

  /** When everybody is here a leader is heard soon, or there is none. */
  #listenForLeader(): void {
    const { nodes } = this.#ports.local;
    const complete = nodes.connected().length === nodes.notDeleted().length;
    if (this.#stopped || !complete || this.#leader !== UNKNOWN_PNN) return;
    if (this.electionInProgress) return;
    this.#restartLeaderTimer(LISTEN_FIRST_MS);
    this.#first.consider();
  }

  /** A peer's link went down: a dead leader need not be waited for like a silent one. */
  linkDown(pnn: number): void {
    const led = this.#leader === UNKNOWN_PNN ? this.#missed : this.#leader;
    if (pnn !== led || this.electionInProgress) return;
    this.#leaderDied = true;
    this.#restartLeaderTimer(LEADER_LINK_GRACE_MS);
  }

  /** Calls an election; does nothing while there is one. */
  forceElection(reason: string): void {
    if (this.#phase !== "none" || this.#stopped) return;
    const { log } = this.#ports;
    log.happened({ kind: "election-called", reason });
    log.error(`Election: ${reason}`);
    this.#phase = "called";
    this.#calling = undefined;
    const calling = run(this.#allInRecoveryMode(), {
      guard: () => this.#phase === "called" ? undefined : "the election is another by now",
      done: () => this.#elect(),
      failed: (error) => this.#giveUp(error),
    });
    if (this.#phase === "called") this.#calling = calling;
  }

  *#allInRecoveryMode(): Procedure<void> {
    const { client, local } = this.#ports;
    const timeout_ms = local.tunable("RecoverTimeout") * 1000;
    yield* all(
      local.nodes.active().map((pnn) =>
        client.control(pnn, "SET_RECMODE", RecoveryMode.ACTIVE, { timeout_ms })
      ),
    );
  }

  #giveUp(error: unknown): void {
    if (this.#phase === "called") this.#phase = "none";
    if (this.#stopped || error instanceof Cancelled) return;
    this.#ports.log.error(`Election given up: ${messageOf(error)}`);
    // A leader that falls silent is missed long before its link counts as dead. Until then it is
    // asked like everybody; that it died is why this failed, and no reason to wait for long.
    this.#restartLeaderTimer(this.#leaderDied ? LOCK_RETRY_AFTER_DEATH_MS : undefined);
  }

  /** The election that this node called begins: all are in recovery mode. */
  #elect(): void {
    if (this.#stopped) return;
    const { client, lock } = this.#ports;
    this.#cancelLeaderTimer();
    this.#phase = lock === undefined ? "votes" : "lock";
    client.message(BROADCAST_CONNECTED, Srvid.LEADER, encode(u32, UNKNOWN_PNN));
    if (lock !== undefined) return this.#lockElection(lock);
    this.#restartElectionTimer();
    this.#sendElection();
  }

  /** Somebody leads, or has called an election: there is none to call. */
  #callNoMore(reason: string): void {
    if (this.#phase !== "called") return;
    this.#ports.log.notice(`Election is not called: ${reason}`);
    this.#phase = "none";
    this.#calling?.cancel(reason);
  }

  // Leader broadcasts

  #broadcastTick(): void {
    if (this.#stopped) return;
    this.#broadcastTimer = this.#ports.clock.setTimer(
      BROADCAST_INTERVAL_MS,
      () => this.#broadcastTick(),
    );
    if (!this.canBeLeader) this.yield("this node cannot lead");
    else if (this.isLeader && !this.electionInProgress) this.#broadcastLeader();
  }

  /**
   * Stops being leader, if it was, and gives the lock up. The others need not wait until they miss
   * the leader: it calls the election itself, which every node may.
   */
  yield(reason: string): void {
    const { lock, log } = this.#ports;
    const led = this.isLeader && !this.electionInProgress;
    if (this.isLeader) this.#setLeader(UNKNOWN_PNN);
    if (lock?.held) {
      log.notice(`Releasing cluster lock: ${reason}`);
      lock.release();
    }
    if (led) this.forceElection(reason);
  }

  #broadcastLeader(): void {
    this.#ports.client.message(
      BROADCAST_CONNECTED,
      Srvid.LEADER,
      encode(u32, this.#ports.client.pnn),
    );
  }

  #heardLeader(data: Uint8Array): void {
    const leader = decode(u32, data);
    // The own broadcast, which comes a turn later, when this node has yielded meanwhile.
    if (leader === this.#ports.client.pnn && !this.isLeader) return;
    this.#cancelLeaderTimer();
    if (leader !== UNKNOWN_PNN) this.#callNoMore(`node ${leader} leads`);
    if (leader === this.#leader && !this.#isAwaited(leader)) return this.#restartLeaderTimer();
    if (leader === UNKNOWN_PNN) return this.#electionCalledByOther();
    this.#setLeader(leader);
    this.#restartLeaderTimer();
  }

  /**
   * Others elect, and this node has the lock that they want, without leading: until it takes part
   * they try in vain. Otherwise who knows of no leader hears nothing new (`cluster.md` 6.2).
   */
  #isAwaited(leader: number): boolean {
    return leader === UNKNOWN_PNN && this.#phase === "none" && this.#ports.lock?.held === true;
  }

  #electionCalledByOther(): void {
    this.#callNoMore("another node calls it");
    const { lock } = this.#ports;
    if (lock === undefined) {
      // The caller's ELECTION message follows; should the caller die first, this ends the wait.
      this.#phase = "votes";
      this.#restartElectionTimer();
    } else if (this.#phase === "none") {
      this.#phase = "lock";
      this.#lockElection(lock);
    }
  }

  #setLeader(leader: number): void {
    if (leader === this.#leader) return;
    if (leader !== UNKNOWN_PNN) this.#leaderDied = false;
    else this.#missed = this.#leader;
    this.#leader = leader;
    this.#ports.log.happened({
      kind: "leader-changed",
      leader: leader === UNKNOWN_PNN ? null : leader,
    });
    this.#ports.log.notice(
      leader === UNKNOWN_PNN ? "No leader" : `Leader is node ${leader}`,
    );
    this.#ports.onLeader(leader);
  }

  #cancelLeaderTimer(): void {
    this.#leaderTimer?.cancel();
    this.#leaderTimer = undefined;
  }

  #restartLeaderTimer(delay_ms = this.#ports.leaderTimeout_s * 1000): void {
    this.#cancelLeaderTimer();
    if (this.#stopped) return;
    this.#leaderTimer = this.#ports.clock.setTimer(delay_ms, () => {
      this.#leaderTimer = undefined;
      if (this.#phase !== "none") return;
      // Whether or not the election comes about: who is not heard does not lead.
      if (!this.isLeader) this.#setLeader(UNKNOWN_PNN);
      this.forceElection(`no leader broadcast for ${Math.round(delay_ms)} ms`);
    });
  }

  // Election without a cluster lock

  #sendElection(): void {
    const { client } = this.#ports;
    const eligible = this.canBeLeader;
    const message = this.#ballot.message(eligible);
    this.#setLeader(eligible ? client.pnn : UNKNOWN_PNN);
    client.message(BROADCAST_ALL, Srvid.ELECTION, encode(electionMessage, message));
  }

  #heardElection(data: Uint8Array): void {
    const message = decode(electionMessage, data);
    const { client } = this.#ports;
    if (message.pnn === client.pnn) return;
    this.#callNoMore(`node ${message.pnn} calls it`);
    this.#phase = "votes";
    this.#cancelLeaderTimer();
    this.#restartElectionTimer();
    if (this.#ballot.wins(this.canBeLeader, message)) return this.#answerSoon();
    this.#answerTimer?.cancel();
    this.#answerTimer = undefined;
    this.#ports.lock?.release();
    this.#setLeader(canLead(message) ? message.pnn : UNKNOWN_PNN);
  }

  #answerSoon(): void {
    this.#answerTimer ??= this.#ports.clock.setTimer(ANSWER_DELAY_MS, () => {
      this.#answerTimer = undefined;
      this.#sendElection();
    });
  }

  #restartElectionTimer(): void {
    this.#electionTimer?.cancel();
    if (this.#stopped) return;
    const limit_ms = this.#ports.local.tunable("ElectionTimeout") * 1000;
    this.#electionTimer = this.#ports.clock.setTimer(
      Math.min(limit_ms, QUIET_ELECTION_MS),
      () => this.#electionOver(),
    );
  }

  #electionOver(): void {
    this.#electionTimer = undefined;
    const { log, lock } = this.#ports;
    if (lock !== undefined && this.isLeader && !lock.held) {
      this.#phase = "lock";
      this.#setLeader(UNKNOWN_PNN);
      return this.#takeLock(lock);
    }
    this.#phase = "none";
    log.warning(
      this.isLeader ? "Election over: this node leads" : `Election over: ${this.#leaderText()}`,
    );
    this.#restartLeaderTimer();
    if (this.isLeader) this.#lead();
  }

  #leaderText(): string {
    return this.#leader === UNKNOWN_PNN ? "nobody leads" : `leader ${this.#leader}`;
  }

  // Election with a cluster lock: who takes it leads

  #lockElection(lock: ClusterLock): void {
    if (lock.held && this.canBeLeader) {
      this.#setLeader(this.#ports.client.pnn);
      return this.#endLockElection();
    }
    this.#setLeader(UNKNOWN_PNN);
    if (this.canBeLeader) return this.#takeLock(lock);
    lock.release();
    this.#endLockElection();
  }

  #takeLock(lock: ClusterLock): void {
    lock.take((result) => this.#lockTaken(result), () => this.#lockLost());
  }

  #lockTaken(result: LockResult): void {
    // Given up meanwhile: nobody waits for it.
    if (this.#stopped || this.#phase !== "lock") return;
    const { client, log, clock } = this.#ports;
    if (result === "taken") {
      this.#keeping.taken(clock.now());
      log.warning("Took the cluster lock: this node leads");
      this.#setLeader(client.pnn);
    } else {
      log.error(`Take the cluster lock: ${result}`);
    }
    this.#endLockElection();
  }

  #endLockElection(): void {
    this.#phase = "none";
    if (this.#leader !== UNKNOWN_PNN || !this.canBeLeader) this.#restartLeaderTimer();
    else this.#restartLeaderTimer(this.#leaderDied ? LOCK_RETRY_AFTER_DEATH_MS : LOCK_RETRY_MS);
    if (this.isLeader) this.#lead();
  }

  /**
   * The helper has ended by itself. Nothing that the node did wrong: it leads no longer, and there is
   * an election, at once when the lock had been kept for a while.
   */
  #lockLost(): void {
    const { log, clock, leaderTimeout_s } = this.#ports;
    const now_ms = clock.now();
    log.error(`Cluster lock lost after ${this.#keeping.held_ms(now_ms)} ms: its helper ended`);
    if (this.isLeader) this.#setLeader(UNKNOWN_PNN);
    if (!this.canBeLeader) return;
    const pause_ms = this.#keeping.lost(now_ms, leaderTimeout_s * 1000);
    if (pause_ms === 0) return this.forceElection("cluster lock lost");
    log.error(
      `Cluster lock cannot be kept, lost ${this.#keeping.losses} times in a row: nobody leads; ` +
        `the next election is in ${pause_ms} ms`,
    );
    this.#restartLeaderTimer(pause_ms);
  }

  #lead(): void {
    if (!this.canBeLeader) return this.yield("this node cannot lead");
    this.#broadcastLeader();
  }
}
