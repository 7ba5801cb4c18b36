import type { Logger } from "../base/mod.ts";
import type { ClusterLock } from "../membership/mod.ts";
import type { Records } from "../records/mod.ts";
import { RecoveryMode } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";

/** What changes of recovery mode act on. */
interface Ports {
  readonly state: NodeState;
  readonly log: Logger;
  readonly records: Records;
  /** Undefined when no cluster lock is configured. */
  readonly lock: ClusterLock | undefined;
  /**
   * The mode changed: addresses start or stop to count down until they are dropped (unless they are
   * dropped at once anyway), and the leader's loop should look.
   */
  readonly changed: (mode: number, dropTimer: boolean) => void;
}

const SUPERSEDED = "recovery mode was set to ACTIVE again";

/** Answers SET_RECMODE. */
export type RecoveryModeAnswer = (status: number, error?: string) => void;

/** The node's recovery mode and the ways in and out of it (`cluster.md` 7.1, 6.8). */
export class RecoveryModeSwitch {
  readonly #ports: Ports;
  /** How often somebody wanted recovery mode ACTIVE, whether or not it was already. */
  #activations = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Enters recovery by the node's own decision; the leader sees it and recovers. */
  enter(reason: string, { dropTimer = true }: { dropTimer?: boolean } = {}): void {
    const { state, log } = this.#ports;
    this.#activations++;
    if (state.recoveryMode === RecoveryMode.ACTIVE) return;
    log.notice(`Recovery mode set to ACTIVE: ${reason}`);
    this.#set(RecoveryMode.ACTIVE, dropTimer);
  }

  /** SET_RECMODE. */
  request(mode: number, answer: RecoveryModeAnswer): void {
    const { state } = this.#ports;
    if (mode !== RecoveryMode.ACTIVE && mode !== RecoveryMode.NORMAL) {
      return answer(-1, `unknown recovery mode: ${mode}`);
    }
    if (mode === RecoveryMode.ACTIVE) this.#activations++;
    if (mode === state.recoveryMode) return answer(0);
    if (mode === RecoveryMode.ACTIVE) {
      this.#set(mode, true);
      return answer(0);
    }
    this.#leave(answer);
  }

  #set(mode: number, dropTimer: boolean): void {
    const { state, log, records, changed } = this.#ports;
    state.setRecoveryMode(mode);
    log.happened({ kind: "recovery-mode", active: mode === RecoveryMode.ACTIVE });
    records.recoveryModeChanged(mode);
    changed(mode, dropTimer);
  }

  #leave(answer: RecoveryModeAnswer): void {
    const { records, lock } = this.#ports;
    if (!records.setRecmodeNormalAllowed()) {
      return answer(-1, "a database has another generation");
    }
    records.thawAll();
    if (lock === undefined) return this.#normal(answer);
    this.#checkLock(lock, answer);
  }

  /** The leader holds the lock, so this node must not get it: else the lock does not lock. */
  #checkLock(lock: ClusterLock, answer: RecoveryModeAnswer): void {
    const { log } = this.#ports;
    const isOverdue = this.#overdue();
    lock.check((result) => {
      switch (result) {
        case "contended":
          return isOverdue() ? answer(-1, SUPERSEDED) : this.#normal(answer);
        case "timed out":
          log.warning("Cluster lock check timed out: slow cluster file system?");
          return isOverdue() ? answer(-1, SUPERSEDED) : this.#normal(answer);
        case "taken":
          log.error("Took the cluster lock from the leader: it is not coherent between nodes");
          return answer(-1, "cluster lock is not coherent between nodes");
        case "error":
          return answer(-1, "cluster lock check failed");
      }
    });
  }

  /**
   * The check takes up to 5 s, in which a new leader may have begun its recovery, or this node may
   * have been banned: what the old leader wanted counts no longer.
   */
  #overdue(): () => boolean {
    const { state, records } = this.#ports;
    const { generation } = state;
    const activations = this.#activations;
    return () =>
      this.#activations !== activations || state.generation !== generation ||
      !records.setRecmodeNormalAllowed();
  }

  #normal(answer: RecoveryModeAnswer): void {
    if (this.#ports.state.recoveryMode !== RecoveryMode.NORMAL) {
      this.#set(RecoveryMode.NORMAL, false);
    }
    answer(0);
  }
}
