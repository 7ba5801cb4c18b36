import { type Clock, type Logger, messageOf, type Procedure, type Timer } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import { MAX_TAKEOVER_REQUESTS } from "../limits/mod.ts";
import type { LocalNode } from "../membership/mod.ts";
import {
  BROADCAST_CONNECTED,
  disableMessage,
  encode,
  i32,
  Srvid,
  srvidMessage,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import type { OperationGate } from "./operation-gate.ts";

/** Others must not ask for a run while one is on (`cluster.md` 9.2). */
const OTHERS_DISABLED_S = 60;

/**
 * When nodes become healthy the run for the first waits so long for those that have just started and
 * are not so far: each run pushes their monitor events aside, and moves addresses that the next moves
 * again.
 */
const SETTLE_MS = 3000;

/** Who asked for a takeover run and where the answer goes; srvid 0: no answer wanted. */
export interface TakeoverRequest {
  readonly pnn: number;
  readonly srvid: bigint;
}

/** What takeover requests are served with. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** The leader's loop should look. */
  readonly wake: () => void;
  readonly takeoverRun: (rebalance: readonly number[]) => Procedure<void>;
}

/** The leader's queue of takeover-run requests (`cluster.md` 9.1), and the runs themselves. */
export class TakeoverRequests {
  readonly #ports: Ports;
  readonly #gate: OperationGate;
  #queue: TakeoverRequest[] = [];
  readonly #rebalance = new Set<number>();
  #needRun = false;
  /** The active nodes when the last run began; undefined: this node has not led yet. */
  #hosts: string | undefined;
  /** The nodes without any flag when the last run began. */
  #healthy: ReadonlySet<number> = new Set();
  /** Active nodes that have been healthy since they are active. */
  readonly #proven = new Set<number>();
  /** Since when a run waits for nodes that have just started. */
  #settling_ms: number | undefined;
  #settled: Timer | undefined;

  constructor(ports: Ports, gate: OperationGate) {
    this.#ports = ports;
    this.#gate = gate;
  }

  add(request: TakeoverRequest): void {
    if (this.#queue.length < MAX_TAKEOVER_REQUESTS) this.#queue.push(request);
  }

  addRebalance(pnn: number): void {
    this.#rebalance.add(pnn);
  }

  /** A node that does not lead forgets what it was asked; requesters repeat. */
  forget(): void {
    this.#queue = [];
    this.#rebalance.clear();
    this.#needRun = false;
    this.#hosts = undefined;
    this.#healthy = new Set();
    this.#proven.clear();
    this.#endSettling();
  }

  stop(): void {
    this.#endSettling();
  }

  /** Asks whoever leads for a run, without wanting an answer. */
  askLeader(): void {
    const { client } = this.#ports;
    const request = encode(srvidMessage, { pnn: client.pnn, srvid: 0n });
    client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request);
  }

  /**
   * Runs if anybody asked or the last run failed; also if a node has gone that may have hosted
   * something. Mostly that makes a recovery, which has a run at its end; but a recovery has to wait
   * while recoveries are disabled, and the addresses of a dead node need not.
   */
  *serve(): Procedure<void> {
    const { nodes } = this.#ports.local;
    const healthy = nodes.without(~0);
    for (const pnn of healthy) this.#proven.add(pnn);
    for (const pnn of this.#proven) if (nodes.isInactive(pnn)) this.#proven.delete(pnn);
    const wanted = this.#queue.length > 0 || this.#needRun || this.#hostsChanged();
    if (!wanted || this.#gate.disabled || this.#waitsForOthers(healthy)) return;
    yield* this.runNow();
  }

  /** Whether what makes a run needed is that nodes have become healthy, and others are about to. */
  #waitsForOthers(healthy: readonly number[]): boolean {
    const { local, clock } = this.#ports;
    const gained = healthy.length > this.#healthy.size &&
      [...this.#healthy].every((pnn) => healthy.includes(pnn));
    const awaited = this.#queue.some(({ srvid }) => srvid !== 0n);
    const starting = local.nodes.active().some((pnn) => !this.#proven.has(pnn));
    if (!gained || awaited || !starting || this.#hostsChanged()) return false;
    const now_ms = clock.now();
    if (this.#settling_ms === undefined) {
      this.#settling_ms = now_ms;
      this.#settled = clock.setTimer(SETTLE_MS, () => this.#ports.wake());
    }
    return now_ms - this.#settling_ms < SETTLE_MS;
  }

  #endSettling(): void {
    this.#settling_ms = undefined;
    this.#settled?.cancel();
    this.#settled = undefined;
  }

  #hostsChanged(): boolean {
    return this.#hosts !== undefined && this.#hosts !== this.#activeNodes();
  }

  #activeNodes(): string {
    return this.#ports.local.nodes.active().join(" ");
  }

  /** One run now; whoever asked until it began is answered when it is over. */
  *runNow(): Procedure<void> {
    const requests = this.#queue;
    this.#queue = [];
    this.#hosts = this.#activeNodes();
    this.#healthy = new Set(this.#ports.local.nodes.without(~0));
    this.#endSettling();
    const succeeded = (yield* this.#gate.run(this.#run())) ?? false;
    this.#needRun = !succeeded;
    const { client } = this.#ports;
    const answer = encode(i32, succeeded ? client.pnn : -1);
    for (const { pnn, srvid } of requests) {
      if (srvid !== 0n) client.message(pnn, srvid, answer);
    }
  }

  *#run(): Procedure<boolean> {
    const { log } = this.#ports;
    log.notice("Takeover run starting");
    this.#disableOthers(OTHERS_DISABLED_S);
    try {
      yield* this.#ports.takeoverRun([...this.#rebalance]);
      this.#rebalance.clear();
      log.notice("Takeover run completed successfully");
      return true;
    } catch (error) {
      log.error(`Takeover run unsuccessful: ${messageOf(error)}`);
      return false;
    } finally {
      this.#disableOthers(0);
    }
  }

  #disableOthers(timeout_s: number): void {
    const { client, local } = this.#ports;
    const message = encode(disableMessage, { pnn: UNKNOWN_PNN, srvid: 0n, timeout_s });
    for (const pnn of local.nodes.connected()) {
      if (pnn !== client.pnn) client.message(pnn, Srvid.DISABLE_TAKEOVER_RUNS, message);
    }
  }
}
