import { type Clock, type Logger, messageOf, type Timer } from "../base/mod.ts";
import type { ClusterClient } from "../client/mod.ts";
import {
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  Capability,
  decode,
  type ElectionMessage,
  electionMessage,
  encode,
  INACTIVE_FLAGS,
  RecoveryMode,
  Srvid,
  u32,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import type { ClusterLock } from "./cluster-lock.ts";
import { type Candidate, winsAgainst } from "./election.ts";
import { FirstElection } from "./first-election.ts";
import type { LocalNode } from "./local-node.ts";

/** A leader says so this often (`cluster.md` 6.2). */
const BROADCAST_INTERVAL_MS = 1000;
/** A winner's answer waits this long, so that one of several winners may spare the others theirs. */
const ANSWER_DELAY_MS = 200;
/**
 * C nodes answer within 500 ms or not at all, so an election that was quiet for longer is decided;
 * an answer that comes too late for that is another election. The rest of ElectionTimeout (3 s) would be waiting without listening for anything.
 */
const QUIET_ELECTION_MS = 750;
/** A leader in reach is heard within one broadcast interval; this leaves it some room to be late. */
const LISTEN_FIRST_MS = 1300;
/**
 * After the lock could not be had: a winner is heard within a broadcast interval; if none is, the
 * holder has died and its helper has not noticed yet, which a C helper does within 5 s.
 */
const LOCK_RETRY_MS = 1300;
/** The same, and after an election that was given up, when it is known that the leader has died. */
const LOCK_RETRY_AFTER_DEATH_MS = 400;
/** How long a dead link of the leader may take to come back before an election is called. */
const LEADER_LINK_GRACE_MS = 100;

/** What {@link Leadership} stands on. */
export interface LeadershipPorts {
  readonly local: LocalNode;
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined when no cluster lock is configured. */
  readonly lock: ClusterLock | undefined;
  /** Seconds without a leader broadcast before an election. */
  readonly leaderTimeout_s: number;
  /** The leader value changed (UNKNOWN_PNN: none). */
  readonly onLeader: (leader: number) => void;
  /** The lock could not be taken by the winner of an election: something is configured wrongly. */
  readonly banSelf: (reason: string) => void;
}

/**
 * Who leads: broadcasts, time-outs and both kinds of election (`cluster.md` section 6). Messages
 * and timers drive it; the only things it waits for are SET_RECMODE answers and the lock helper.
 */
export class Leadership {
  readonly #ports: LeadershipPorts;
  #leader = UNKNOWN_PNN;
  #priorityTime_us: bigint;
  #electing = false;
  #calling = false;
  #stopped = true;
  /** The last leader's link broke, and nobody has led since. */
  #leaderDied = false;
  readonly #first: FirstElection;
  readonly #subscriptions: (() => void)[] = [];
  #broadcastTimer: Timer | undefined;
  #leaderTimer: Timer | undefined;
  #electionTimer: Timer | undefined;
  #answerTimer: Timer | undefined;

  constructor(ports: LeadershipPorts) {
    this.#ports = ports;
    this.#priorityTime_us = ports.clock.wallTime();
    this.#first = new FirstElection({
      ...ports,
      isNeeded: () => this.#leader === UNKNOWN_PNN && !this.#electing,
      elect: (reason) => void this.forceElection(reason),
    });
  }

  get leader(): number {
    return this.#leader;
  }

  get isLeader(): boolean {
    return this.#leader === this.#ports.client.pnn;
  }

  get electionInProgress(): boolean {
    return this.#electing;
  }

  /** Active and with the leader capability. */
  get canBeLeader(): boolean {
    const { local } = this.#ports;
    return (local.nodes.ownFlags & INACTIVE_FLAGS) === 0 &&
      (local.capabilities & Capability.RECMASTER) !== 0;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    const { client } = this.#ports;
    this.#subscriptions.push(
      await client.subscribe(Srvid.LEADER, (data) => this.#heardLeader(data)),
      await client.subscribe(Srvid.ELECTION, (data) => this.#heardElection(data)),
    );
    this.#broadcastTick();
    this.#restartLeaderTimer();
    this.#listenForLeader();
  }

  /** Stops everything and gives the lock up. */
  stop(): void {
    this.#stopped = true;
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
    this.#priorityTime_us = this.#ports.clock.wallTime();
  }

  /** A peer's link came up: let it know who leads without waiting for the next second. */
  linkUp(pnn: number): void {
    if (this.isLeader && !this.#electing && this.canBeLeader) {
      this.#ports.client.message(pnn, Srvid.LEADER, encode(u32, this.#leader));
    }
    this.#listenForLeader();
  }

  /** When everybody is here a leader is heard soon, or there is none. */
  #listenForLeader(): void {
    const { nodes } = this.#ports.local;
    const complete = nodes.connected().length === nodes.notDeleted().length;
    if (this.#stopped || !complete || this.#leader !== UNKNOWN_PNN || this.#electing) return;
    this.#restartLeaderTimer(LISTEN_FIRST_MS);
    this.#first.consider();
  }

  /** A peer's link went down: a dead leader need not be waited for like a silent one. */
  linkDown(pnn: number): void {
    if (pnn !== this.#leader || this.#electing) return;
    this.#leaderDied = true;
    this.#restartLeaderTimer(LEADER_LINK_GRACE_MS);
  }

  /** Calls an election; does nothing while one is being called. */
  async forceElection(reason: string): Promise<void> {
    if (this.#calling || this.#stopped) return;
    this.#calling = true;
    try {
      this.#ports.log.happened({ kind: "election-called", reason });
      this.#ports.log.error(`Election: ${reason}`);
      await this.#callElection();
    } catch (error) {
      this.#ports.log.error(`Election given up: ${messageOf(error)}`);
      // A leader that falls silent is missed long before its link counts as dead. Until then it is
      // asked like everybody; that it died is why this failed, and no reason to wait for long.
      this.#restartLeaderTimer(this.#leaderDied ? LOCK_RETRY_AFTER_DEATH_MS : undefined);
    } finally {
      this.#calling = false;
    }
  }

  async #callElection(): Promise<void> {
    const { client, local, lock } = this.#ports;
    const timeout_ms = local.tunable("RecoverTimeout") * 1000;
    await Promise.all(
      local.nodes.active().map((pnn) =>
        client.control(pnn, "SET_RECMODE", RecoveryMode.ACTIVE, { timeout_ms })
      ),
    );
    if (this.#stopped) return;
    this.#electing = true;
    this.#cancelLeaderTimer();
    client.message(BROADCAST_CONNECTED, Srvid.LEADER, encode(u32, UNKNOWN_PNN));
    if (lock !== undefined) return await this.#lockElection(lock);
    this.#restartElectionTimer();
    this.#sendElection();
  }

  // Leader broadcasts

  #broadcastTick(): void {
    if (this.#stopped) return;
    this.#broadcastTimer = this.#ports.clock.setTimer(
      BROADCAST_INTERVAL_MS,
      () => this.#broadcastTick(),
    );
    if (!this.canBeLeader) this.yield("this node cannot lead");
    else if (this.isLeader && !this.#electing) this.#broadcastLeader();
  }

  /**
   * Stops being leader, if it was, and gives the lock up. The others need not wait until they miss
   * the leader: it calls the election itself, which every node may.
   */
  yield(reason: string): void {
    const { lock, log } = this.#ports;
    const led = this.isLeader && !this.#electing;
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
    this.#cancelLeaderTimer();
    if (leader === this.#leader) return this.#restartLeaderTimer();
    if (leader === UNKNOWN_PNN) return this.#electionCalledByOther();
    this.#setLeader(leader);
    this.#restartLeaderTimer();
  }

  #electionCalledByOther(): void {
    const first = !this.#electing;
    this.#electing = true;
    const { lock } = this.#ports;
    if (lock === undefined) {
      // The caller's ELECTION message follows; should the caller die first, this ends the wait.
      this.#restartElectionTimer();
    } else if (first) {
      this.#lockElection(lock);
    }
  }

  #setLeader(leader: number): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    if (leader !== UNKNOWN_PNN) this.#leaderDied = false;
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
      if (this.#electing) return;
      this.forceElection(`no leader broadcast for ${delay_ms} ms`);
    });
  }

  // Election without a cluster lock

  #sendElection(): void {
    const { client, local, clock } = this.#ports;
    const eligible = this.canBeLeader;
    const time_us = eligible ? this.#priorityTime_us : clock.wallTime();
    const message: ElectionMessage = {
      numConnected: eligible ? local.nodes.connected().length : 0,
      priorityTime: time_us,
      pnn: client.pnn,
      nodeFlags: local.nodes.ownFlags,
    };
    this.#setLeader(client.pnn);
    client.message(BROADCAST_ALL, Srvid.ELECTION, encode(electionMessage, message));
  }

  #heardElection(data: Uint8Array): void {
    const message = decode(electionMessage, data);
    const { client } = this.#ports;
    if (message.pnn === client.pnn) return;
    this.#electing = true;
    this.#cancelLeaderTimer();
    this.#restartElectionTimer();
    if (winsAgainst(this.#candidate(), message)) return this.#answerSoon();
    this.#answerTimer?.cancel();
    this.#answerTimer = undefined;
    this.#ports.lock?.release();
    this.#setLeader(message.pnn);
  }

  #candidate(): Candidate {
    return {
      canBeLeader: this.canBeLeader,
      pnn: this.#ports.client.pnn,
      priorityTime_us: this.#priorityTime_us,
    };
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
      this.#takeLock(lock, "elected, but the cluster lock cannot be taken");
      return;
    }
    this.#electing = false;
    // An incapable node that heard nobody else must not stay its own leader.
    if (this.isLeader && !this.canBeLeader) this.#setLeader(UNKNOWN_PNN);
    log.warning(
      this.isLeader ? "Election over: this node leads" : `Election over: leader ${this.#leader}`,
    );
    this.#restartLeaderTimer();
    if (this.isLeader) this.#lead();
  }

  // Election with a cluster lock: who takes it leads

  async #lockElection(lock: ClusterLock): Promise<void> {
    if (!this.canBeLeader) {
      lock.release();
    } else if (lock.held) {
      this.#setLeader(this.#ports.client.pnn);
    } else {
      this.#setLeader(UNKNOWN_PNN);
      await this.#takeLock(lock, undefined);
      return;
    }
    this.#endLockElection();
  }

  async #takeLock(lock: ClusterLock, banReason: string | undefined): Promise<void> {
    const { client, log } = this.#ports;
    const result = await lock.take(() => this.#lockLost());
    if (this.#stopped) return;
    if (result === "taken") {
      log.warning("Took the cluster lock: this node leads");
      this.#setLeader(client.pnn);
    } else {
      log.error(`Take the cluster lock: ${result}`);
      if (banReason !== undefined) this.#ports.banSelf(banReason);
    }
    this.#endLockElection();
  }

  #endLockElection(): void {
    this.#electing = false;
    if (this.#leader !== UNKNOWN_PNN || !this.canBeLeader) this.#restartLeaderTimer();
    else this.#restartLeaderTimer(this.#leaderDied ? LOCK_RETRY_AFTER_DEATH_MS : LOCK_RETRY_MS);
    if (this.isLeader) this.#lead();
  }

  #lockLost(): void {
    this.#ports.log.error("Cluster lock lost: its helper ended");
    if (this.isLeader) this.#setLeader(UNKNOWN_PNN);
    if (this.canBeLeader) this.forceElection("cluster lock lost");
  }

  #lead(): void {
    if (!this.canBeLeader) return this.yield("this node cannot lead");
    this.#broadcastLeader();
  }
}
