import { type AddressMove, messageOf, type Procedure, rethrowFinal } from "../base/mod.ts";
import { NOBODY, type PublicAddresses, type TakeoverResult, takeoverRun } from "../failover/mod.ts";
import { ClusterLock, Leadership, lockHelperCommand } from "../membership/mod.ts";
import type { Records } from "../records/mod.ts";
import { RecoveryDaemon } from "../recovery/mod.ts";
import { RecoveryMode, SRVID_RECOVERY_NEEDED, UNKNOWN_PNN } from "../wire/mod.ts";
import { Activity } from "./activity.ts";
import type { NodeCore } from "./node-core.ts";
import { RecoveryModeSwitch } from "./recovery-mode.ts";

/**
 * The part that the C daemon has in its recovery daemon: recovery mode, bans and stops, elections,
 * and the leader's loop, tied to each other.
 */
export class Leading {
  readonly lock: ClusterLock | undefined;
  readonly recoveryMode: RecoveryModeSwitch;
  readonly activity: Activity;
  readonly leadership: Leadership;
  readonly recovery: RecoveryDaemon;
  readonly #core: NodeCore;
  readonly #addresses: PublicAddresses;

  constructor(core: NodeCore, records: Records, addresses: PublicAddresses) {
    this.#core = core;
    this.#addresses = addresses;
    const { state, client, log, config } = core;
    const { clock, random } = core.ports;
    const lock = this.lock = makeLock(core);
    const recoveryMode = this.recoveryMode = new RecoveryModeSwitch({
      state,
      log: log.child("recovery"),
      records,
      lock,
      changed: (mode, dropTimer) => {
        addresses.recoveryModeSet(mode, { dropTimer });
        this.wake();
        if (mode === RecoveryMode.ACTIVE) this.#tellLeader();
      },
    });
    this.activity = new Activity({
      state,
      clock,
      log,
      records,
      recoveryMode,
      dropAddresses: () => {
        if (!config.failoverDisabled) addresses.releaseAll();
      },
      changed: this.wake,
    });
    const leadership = this.leadership = new Leadership({
      local: state,
      client,
      clock,
      log: log.child("election"),
      lock,
      leaderTimeout_s: config.leaderTimeout_s,
      onLeader: () => this.recovery.leaderChanged(),
    });
    this.recovery = new RecoveryDaemon({
      local: state,
      client,
      leadership,
      lock,
      clock,
      random,
      log: log.child("recovery"),
      takeoverRun: (forceRebalance) => this.#takeoverRun(forceRebalance),
      addressesWrong: () => this.#addressesWrong(),
      memoryReport: () => core.ports.memory().report,
      scratch: () => core.ports.storage.scratch(),
    });
  }

  /** Something changed that the leader's loop should look at now. */
  readonly wake = (): void => this.recovery.wake();

  /** This node is in recovery: a leader elsewhere need not find out by asking. */
  #tellLeader(): void {
    const { leader, isLeader } = this.leadership;
    if (isLeader || leader === UNKNOWN_PNN) return;
    this.#core.client.message(leader, SRVID_RECOVERY_NEEDED, new Uint8Array());
  }

  *#takeoverRun(forceRebalance: readonly number[]): Procedure<void> {
    const { client, config, log, ports } = this.#core;
    const run = takeoverRun({
      client,
      clock: ports.clock,
      log: log.child("takeover"),
      failoverDisabled: config.failoverDisabled,
      forceRebalance,
      readHomeNodes: ports.readHomeNodes,
    });
    try {
      const moves = movesOf(yield* run);
      if (moves.length > 0) log.happened({ kind: "takeover-finished", moves });
    } catch (error) {
      rethrowFinal(error);
      log.happened({ kind: "takeover-failed", failure: messageOf(error) });
      throw error;
    }
  }

  #addressesWrong(): boolean {
    const problems = this.#addresses.problems();
    for (const problem of problems) this.#core.log.error(problem);
    return problems.length > 0;
  }
}

/** What a takeover run decided to change. */
function movesOf({ allocation }: TakeoverResult): AddressMove[] {
  const holder = (pnn: number) => pnn === NOBODY ? null : pnn;
  return (allocation?.assignments ?? []).filter(({ pnn, previous }) => pnn !== previous)
    .map(({ address, pnn, previous }) => ({ address, from: holder(previous), to: holder(pnn) }));
}

function makeLock({ config, ports, log, statistics }: NodeCore): ClusterLock | undefined {
  const { clusterLock, fcntlHelper } = config;
  if (clusterLock === undefined) return undefined;
  return new ClusterLock(lockHelperCommand(clusterLock, fcntlHelper), {
    launcher: ports.lockHelpers,
    clock: ports.clock,
    log: log.child("lock"),
    onLatency: (latency_s) => statistics.latency("reclock.ctdbd", latency_s, "cluster lock"),
  });
}
