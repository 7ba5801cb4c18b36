import { Errno } from "../base/mod.ts";
import type { Clock, Logger, Timer } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import { MonitorSchedule, type MonitorVerdict } from "../events/mod.ts";
import { type RunstateVerdict, RunstateWatch } from "../membership/mod.ts";
import {
  BROADCAST_CONNECTED,
  encode,
  flagChange,
  INACTIVE_FLAGS,
  NodeFlag,
  RecoveryMode,
  RunState,
  Srvid,
  srvidMessage,
} from "../wire/mod.ts";
import { EVENT_REFUSED, type NodeEvents } from "./node-events.ts";
import type { NodeState } from "./node-state.ts";

/** Between two rounds at least, however often there is a reason for one. */
const LEAST_PAUSE_MS = 1000;

/** What monitoring acts on. */
interface Ports {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: NodeEvents;
  readonly client: NodeClient;
  readonly notify: (event: string) => void;
}

/** Runs monitor events and keeps the own UNHEALTHY flag (`cluster.md` 8.4). */
export class Monitoring {
  readonly #ports: Ports;
  readonly #schedule: MonitorSchedule;
  readonly #others: RunstateWatch;
  #timer: Timer | undefined;
  #rounds = 0;
  #stopped = false;
  /** A round was due and could not take place, or its event was pushed aside. */
  #missed = false;
  /** The monitor event is under way. */
  #running = false;
  /** The state changed while it was. */
  #again = false;
  #last_ms = -LEAST_PAUSE_MS;

  constructor(ports: Ports) {
    this.#ports = ports;
    const { state } = ports;
    this.#others = new RunstateWatch({ ...ports, local: state });
    this.#schedule = new MonitorSchedule({
      monitorInterval_s: () => state.tunable("MonitorInterval"),
      monitorTimeoutCount: () => state.tunable("MonitorTimeoutCount"),
    });
  }

  /**
   * The startup event has succeeded. The first round comes after a pause, or as soon as all others
   * are so far, too: a C node that has not run its startup event yet forces a recovery when another
   * becomes healthy, and that pause is what usually spares it that.
   */
  begin(): void {
    const pause_ms = this.#schedule.begin();
    this.#arm(pause_ms);
    this.#others.watch(pause_ms, allRun, () => {
      if (this.#rounds === 0) this.#arm(0);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#others.stop();
    this.#timer?.cancel();
  }

  /**
   * Something that scripts look at has changed: they look now rather than when the interval is over.
   * The C daemon leaves it at that, up to MonitorInterval.
   */
  soon(): void {
    if (this.#running) this.#again = true;
    else if (this.#timer !== undefined) this.#arm(this.#earliest_ms());
  }

  /** Recovery is over, or the node takes part again: what was missed for that is done now. */
  possibleAgain(): void {
    if (this.#missed && !this.#running && this.#timer !== undefined) this.#arm(0);
  }

  #earliest_ms(): number {
    return Math.max(0, this.#last_ms + LEAST_PAUSE_MS - this.#ports.clock.now());
  }

  #arm(delay_ms: number): void {
    this.#timer?.cancel();
    if (this.#stopped) return;
    this.#timer = this.#ports.clock.setTimer(delay_ms, () => this.#round());
  }

  #round(): void {
    this.#rounds++;
    if (!this.#isDue()) {
      this.#missed = true;
      return this.#arm(this.#schedule.skipped());
    }
    this.#missed = false;
    this.#running = true;
    this.#again = false;
    this.#ports.events.start("monitor", [], (status) => {
      this.#running = false;
      this.#last_ms = this.#ports.clock.now();
      if (this.#stopped) return;
      if (status === EVENT_REFUSED) return this.#arm(this.#schedule.notSent());
      // Pushed aside by another event: nobody has looked. It begins again when that has ended.
      if (status === Errno.ECANCELED) return this.#arm(0);
      const { state } = this.#ports;
      const unhealthy = (state.nodes.ownFlags & NodeFlag.UNHEALTHY) !== 0;
      this.#apply(this.#schedule.finished(status, unhealthy));
    });
  }

  #isDue(): boolean {
    const { state } = this.#ports;
    return state.recoveryMode === RecoveryMode.NORMAL &&
      (state.nodes.ownFlags & INACTIVE_FLAGS) === 0 &&
      state.runstate === RunState.RUNNING && !state.allFrozen;
  }

  #apply(verdict: MonitorVerdict): void {
    const { state, log, notify } = this.#ports;
    if (verdict.timeouts > 0) {
      log.error(`Monitor event timed out: ${verdict.timeouts} times in a row`);
    }
    if (verdict.change !== undefined) {
      const oldFlags = state.nodes.ownFlags;
      const healthy = verdict.change === "healthy";
      const { UNHEALTHY } = NodeFlag;
      state.nodes.changeOwn(healthy ? 0 : UNHEALTHY, healthy ? UNHEALTHY : 0);
      log.error(`Node became ${healthy ? "HEALTHY" : "UNHEALTHY"}: asking for reallocation`);
      notify(verdict.change);
      this.#tellCluster(oldFlags);
    }
    this.#arm(this.#again ? LEAST_PAUSE_MS : verdict.delay_ms);
  }

  #tellCluster(oldFlags: number): void {
    const { state, client } = this.#ports;
    const { pnn } = state;
    const newFlags = state.nodes.ownFlags;
    client.message(pnn, Srvid.PUSH_NODE_FLAGS, encode(flagChange, { pnn, newFlags, oldFlags }));
    const request = encode(srvidMessage, { pnn, srvid: 0n });
    client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request);
  }
}

function allRun(states: readonly number[]): RunstateVerdict {
  if (states.some((state) => state > RunState.RUNNING)) return "no";
  return states.every((state) => state === RunState.RUNNING) ? "yes" : "not yet";
}
