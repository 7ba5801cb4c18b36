import { all, type Clock, type Procedure, type ProcedureRun, run, sleep } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { LocalNode } from "./local-node.ts";

const ASK_INTERVAL_MS = 50;

/** What {@link RunstateWatch} stands on. */
export interface RunstateWatchPorts {
  readonly local: Pick<LocalNode, "nodes">;
  readonly client: NodeClient;
  readonly clock: Clock;
}

/** What the runstates of all connected nodes, the own one among them, mean to who asked for them. */
export type RunstateVerdict = "yes" | "not yet" | "no";

/**
 * Asks all connected nodes how far they have come, until that is far enough: a short cut where the C
 * daemon waits for as long as the slowest could need. C nodes answer the question, too. Whoever takes
 * the short cut does the same without it, later.
 */
export class RunstateWatch {
  readonly #ports: RunstateWatchPorts;
  #watching = false;
  #running: ProcedureRun | undefined;
  #stopped = false;

  constructor(ports: RunstateWatchPorts) {
    this.#ports = ports;
  }

  /**
   * Calls `done` when `judge` says "yes" to what the nodes answered; never, when it says "no", a node
   * does not answer, or `limit_ms` are over. Does nothing while an earlier watch goes on.
   */
  watch(
    limit_ms: number,
    judge: (states: readonly number[]) => RunstateVerdict,
    done: () => void,
  ): void {
    if (this.#watching || this.#stopped) return;
    this.#watching = true;
    const end = (isFarEnough: boolean) => {
      this.#watching = false;
      this.#running = undefined;
      if (isFarEnough) done();
    };
    const running = run(this.#ask(limit_ms, judge), {
      done: end,
      // A node went away, or does not answer: what depends on it waits as long as it always would.
      failed: () => end(false),
    });
    if (this.#watching) this.#running = running;
  }

  /** Ends the watch for good. */
  stop(): void {
    this.#stopped = true;
    this.#running?.cancel("nobody waits for it");
  }

  *#ask(
    limit_ms: number,
    judge: (states: readonly number[]) => RunstateVerdict,
  ): Procedure<boolean> {
    const { clock, local, client } = this.#ports;
    const end_ms = clock.now() + limit_ms;
    for (;;) {
      const states = yield* all(
        local.nodes.connected().map((pnn) => client.control(pnn, "GET_RUNSTATE", undefined)),
      );
      const verdict = judge(states);
      if (verdict !== "not yet" || clock.now() >= end_ms) return verdict === "yes";
      yield* sleep(clock, ASK_INTERVAL_MS);
    }
  }
}
