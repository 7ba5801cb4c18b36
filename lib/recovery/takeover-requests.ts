import { type Clock, type Logger, messageOf, type Procedure } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
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

/** Requests kept at most: tools repeat theirs, so dropping one beyond this only delays it. */
const MAX_REQUESTS = 1000;
/** Others must not ask for a run while one is on (`cluster.md` 9.2). */
const OTHERS_DISABLED_S = 60;

/** Who asked for a takeover run and where the answer goes; srvid 0: no answer wanted. */
export interface TakeoverRequest {
  readonly pnn: number;
  readonly srvid: bigint;
}

/** What takeover requests are served with. */
export interface TakeoverRequestPorts {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly takeoverRun: (rebalance: readonly number[]) => Procedure<void>;
}

/** The leader's queue of takeover-run requests (`cluster.md` 9.1), and the runs themselves. */
export class TakeoverRequests {
  readonly #ports: TakeoverRequestPorts;
  readonly #gate: OperationGate;
  #queue: TakeoverRequest[] = [];
  readonly #rebalance = new Set<number>();
  #needRun = false;
  /** The active nodes when the last run began; undefined: this node has not led yet. */
  #hosts: string | undefined;

  constructor(ports: TakeoverRequestPorts, gate: OperationGate) {
    this.#ports = ports;
    this.#gate = gate;
  }

  add(request: TakeoverRequest): void {
    if (this.#queue.length < MAX_REQUESTS) this.#queue.push(request);
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
    const wanted = this.#queue.length > 0 || this.#needRun || this.#hostsChanged();
    if (wanted && !this.#gate.disabled) yield* this.runNow();
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
