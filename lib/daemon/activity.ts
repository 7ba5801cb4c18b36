import type { Clock, Logger, Timer } from "../base/mod.ts";
import type { Records } from "../records/mod.ts";
import { INACTIVE_FLAGS, NodeFlag } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";
import type { RecoveryModeSwitch } from "./recovery-mode.ts";

/** What bans and stops act on. */
interface Ports {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly records: Records;
  readonly recoveryMode: RecoveryModeSwitch;
  readonly dropAddresses: () => void;
  /** Own flags changed: the leader's loop should look. */
  readonly changed: () => void;
}

/** Stopping, disabling and banning of the own node (`cluster.md` 8.1 to 8.3). */
export class Activity {
  readonly #ports: Ports;
  #banTimer: Timer | undefined;
  #ban_s = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Seconds of the current ban, 0 when there is none. */
  get ban_s(): number {
    return (this.#ports.state.nodes.ownFlags & NodeFlag.BANNED) === 0 ? 0 : this.#ban_s;
  }

  stopNode(): void {
    this.#ports.log.error("Stopping this node");
    this.#deactivate(NodeFlag.STOPPED);
  }

  continueNode(): void {
    this.#change(0, NodeFlag.STOPPED);
  }

  setDisabled(disabled: boolean): void {
    const flag = NodeFlag.PERMANENTLY_DISABLED;
    this.#change(disabled ? flag : 0, disabled ? 0 : flag);
  }

  /** SET_BAN_STATE for this node; 0 seconds lifts a ban. */
  ban(time_s: number, reason = "asked to"): void {
    const { state, log } = this.#ports;
    this.#banTimer?.cancel();
    this.#banTimer = undefined;
    if (time_s === 0) {
      log.happened({ kind: "ban-lifted" });
      log.error("Unbanning this node");
      this.#change(0, NodeFlag.BANNED);
      return;
    }
    if (state.tunable("EnableBans") === 0) {
      log.error(`Not banning this node for ${time_s} seconds: bans are disabled`);
      return;
    }
    log.happened({ kind: "banned", duration_s: time_s, reason });
    log.error(`Banning this node for ${time_s} seconds`);
    this.#ban_s = time_s;
    this.#armBan(time_s);
    this.#deactivate(NodeFlag.BANNED);
  }

  /** For what only this node can have done wrong. */
  banSelf(reason: string): void {
    this.#ports.log.error(`Banning this node: ${reason}`);
    this.ban(this.#ports.state.tunable("RecoveryBanPeriod"), reason);
  }

  stop(): void {
    this.#banTimer?.cancel();
  }

  #armBan(time_s: number): void {
    const { clock, log, state } = this.#ports;
    this.#banTimer = clock.setTimer(time_s * 1000, () => {
      if (!state.allFrozen) {
        const again_s = state.tunable("RecoveryBanPeriod");
        log.error(`Ban over but databases not frozen: banned for ${again_s} seconds more`);
        this.#armBan(again_s);
        return;
      }
      log.happened({ kind: "ban-lifted" });
      log.error("Ban over");
      this.#change(0, NodeFlag.BANNED);
    });
  }

  /** Sets an inactive flag, and leaves the database cluster unless it had been left already. */
  #deactivate(flag: number): void {
    const { state, log, records, recoveryMode, dropAddresses, changed } = this.#ports;
    const before = state.nodes.ownFlags;
    if (!state.nodes.changeOwn(flag, 0)) return;
    if ((before & INACTIVE_FLAGS) === 0) {
      log.warning("This node becomes INACTIVE");
      state.becomeInactive();
      recoveryMode.enter("the node became inactive", { dropTimer: false });
      records.becameInactive();
      dropAddresses();
    }
    changed();
  }

  #change(set: number, clear: number): void {
    const { state, changed } = this.#ports;
    if (state.nodes.changeOwn(set, clear)) changed();
  }
}
