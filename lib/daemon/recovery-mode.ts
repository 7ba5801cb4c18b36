import type { Logger } from "../base/mod.ts";
import type { ClusterLock } from "../membership/mod.ts";
import type { Records } from "../records/mod.ts";
import { RecoveryMode } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";

/** What changes of recovery mode act on. */
export interface RecoveryModePorts {
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

/** Answers SET_RECMODE. */
export type RecoveryModeAnswer = (status: number, error?: string) => void;

/** The node's recovery mode and the ways in and out of it (`cluster.md` 7.1, 6.8). */
export class RecoveryModeSwitch {
  readonly #ports: RecoveryModePorts;

  constructor(ports: RecoveryModePorts) {
    this.#ports = ports;
  }

  /** Enters recovery by the node's own decision; the leader sees it and recovers. */
  enter(reason: string, { dropTimer = true }: { dropTimer?: boolean } = {}): void {
    const { state, log } = this.#ports;
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
    if (mode === state.recoveryMode) return answer(0);
    if (mode === RecoveryMode.ACTIVE) {
      this.#set(mode, true);
      return answer(0);
    }
    this.#leave(answer);
  }

  #set(mode: number, dropTimer: boolean): void {
    const { state, log, records, changed } = this.#ports;
    state.recoveryMode = mode;
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
  async #checkLock(lock: ClusterLock, answer: RecoveryModeAnswer): Promise<void> {
    const { log } = this.#ports;
    switch (await lock.check()) {
      case "contended":
        return this.#normal(answer);
      case "timed out":
        log.warning("Cluster lock check timed out: slow cluster file system?");
        return this.#normal(answer);
      case "taken":
        log.error("Took the cluster lock from the leader: it is not coherent between nodes");
        return answer(-1, "cluster lock is not coherent between nodes");
      case "error":
        return answer(-1, "cluster lock check failed");
    }
  }

  #normal(answer: RecoveryModeAnswer): void {
    this.#set(RecoveryMode.NORMAL, false);
    answer(0);
  }
}
