import type { Clock, Timer } from "../base/mod.ts";
import type { ClusterClient } from "../client/mod.ts";
import type { LocalNode } from "./local-node.ts";

const ASK_INTERVAL_MS = 50;

/** What {@link RunstateWatch} stands on. */
export interface RunstateWatchPorts {
  readonly local: Pick<LocalNode, "nodes">;
  readonly client: ClusterClient;
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
  #timer: Timer | undefined;
  #asking = false;
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
    if (this.#asking || this.#stopped) return;
    this.#asking = true;
    const { clock } = this.#ports;
    const end_ms = clock.now() + limit_ms;
    const ask = async () => {
      const states = await this.#states();
      const verdict = states === undefined || this.#stopped ? "no" : judge(states);
      if (verdict === "not yet" && clock.now() < end_ms) {
        this.#timer = clock.setTimer(ASK_INTERVAL_MS, ask);
        return;
      }
      this.#asking = false;
      if (verdict === "yes") done();
    };
    ask();
  }

  /** Ends the watch for good. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #states(): Promise<readonly number[] | undefined> {
    const { local, client } = this.#ports;
    try {
      return await Promise.all(
        local.nodes.connected().map((pnn) => client.control(pnn, "GET_RUNSTATE", undefined)),
      );
    } catch {
      // A node went away, or does not answer: what depends on it waits as long as it always would.
      return undefined;
    }
  }
}
