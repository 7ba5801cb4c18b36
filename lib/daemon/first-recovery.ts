import {
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  type ProcedureRun,
  run,
  sleep,
  type Timer,
} from "../base/mod.ts";
import type { Records } from "../records/mod.ts";
import { INACTIVE_FLAGS, INVALID_GENERATION, RecoveryMode, RunState } from "../wire/mod.ts";
import type { NodeEvents } from "./node-events.ts";
import type { NodeState } from "./node-state.ts";

const CHECK_INTERVAL_MS = 1000;
const STARTUP_RETRY_MS = 5000;
/** Added to RerecoveryTimeout: by then a recovery that had to wait for it has begun. */
const SETTLE_MARGIN_S = 3;

/** What the way from the first recovery to RUNNING acts on. */
interface Ports {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly records: Records;
  readonly events: NodeEvents;
  /** Nothing to wait for: test mode. */
  readonly fastStart: boolean;
  /** The startup event has succeeded. */
  readonly running: () => void;
}

/**
 * Waits until the cluster has recovered with this node in it and runs the startup event
 * (`cluster.md` 1.6).
 *
 * The C daemon always lets RerecoveryTimeout + 3 s pass, because nodes that join later cause another
 * recovery. When every node of the nodes file is there, nobody can join, and there is nothing to
 * wait for.
 */
export class FirstRecovery {
  readonly #ports: Ports;
  #timer: Timer | undefined;
  #starting: ProcedureRun | undefined;
  #state: "waiting" | "starting" | "over" = "waiting";
  #checks = 0;
  /** What was said last about databases that cannot be trusted. */
  #unhealthy = "";

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  begin(): void {
    this.#arm(CHECK_INTERVAL_MS);
  }

  /** A recovery ended: look at once. */
  recoveryEnded(): void {
    if (this.#state === "waiting") this.#arm(0);
  }

  stop(): void {
    this.#state = "over";
    this.#timer?.cancel();
    this.#starting?.cancel("the node shuts down");
  }

  #arm(delay_ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.setTimer(delay_ms, () => this.#check());
  }

  #check(): void {
    if (this.#state !== "waiting") return;
    const reason = this.#waitReason();
    if (reason === undefined) return this.#checkDatabases();
    this.#checks++;
    if (this.#checks < 60 || this.#checks % 600 === 0) {
      this.#ports.log.notice(`Waiting for the first recovery: ${reason}`);
    }
    this.#arm(CHECK_INTERVAL_MS);
  }

  /** Not before they can be trusted: a service would write its own into an empty one. */
  #checkDatabases(): void {
    const unhealthy = this.#ports.records.unhealthyDatabases().join(", ");
    if (unhealthy === "") return this.#passed();
    if (unhealthy !== this.#unhealthy) {
      this.#ports.log.error(
        `Databases without a good copy on any node, use ctdb restoredb or wipedb: ${unhealthy}`,
      );
    }
    this.#unhealthy = unhealthy;
    this.#arm(CHECK_INTERVAL_MS);
  }

  #waitReason(): string | undefined {
    const { state } = this.#ports;
    if ((state.nodes.ownFlags & INACTIVE_FLAGS) !== 0) return "this node is stopped or banned";
    if (state.generation === INVALID_GENERATION) return "no generation yet";
    if (state.recoveryMode !== RecoveryMode.NORMAL) return "recovery is active";
    if (state.runstate < RunState.STARTUP) return "the recovered event has not ended";
    return this.#settling() ? "more nodes may join" : undefined;
  }

  #settling(): boolean {
    const { state, clock, fastStart } = this.#ports;
    const { nodes } = state;
    if (fastStart || nodes.connected().length === nodes.notDeleted().length) return false;
    const settle_s = state.tunable("RerecoveryTimeout") + SETTLE_MARGIN_S;
    return clock.wallTime() - state.lastRecoveryFinished_us < BigInt(settle_s) * 1_000_000n;
  }

  #passed(): void {
    this.#state = "starting";
    const { log, running } = this.#ports;
    this.#starting = run(this.#startup(), {
      done: () => {
        this.#state = "over";
        running();
      },
      failed: (error) => log.notice(`Startup event: ${messageOf(error)}`),
    });
  }

  *#startup(): Procedure<void> {
    const { events, log, clock } = this.#ports;
    for (;;) {
      const status = yield* events.run("startup");
      if (status === 0) return;
      log.error(`Startup event failed: ${status}; trying again in ${STARTUP_RETRY_MS / 1000} s`);
      yield* sleep(clock, STARTUP_RETRY_MS);
    }
  }
}
