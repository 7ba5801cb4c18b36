import type { Clock, Timer } from "../base/mod.ts";
import type { ClusterClient } from "../client/mod.ts";
import { RunState } from "../wire/mod.ts";
import type { LocalNode } from "./local-node.ts";

const ASK_INTERVAL_MS = 50;
/** By then a leader that there is has spoken, or its silence is noticed in the usual way. */
const MAX_QUESTIONS = 30;

/** What {@link FirstElection} stands on. */
export interface FirstElectionPorts {
  readonly local: LocalNode;
  readonly client: ClusterClient;
  readonly clock: Clock;
  /** Nobody is known to lead, and nobody is being elected. */
  readonly isNeeded: () => boolean;
  readonly elect: (reason: string) => void;
}

/**
 * When all nodes of a cluster are started together nobody leads, and to listen for a leader is a
 * waste of a second. So when all are connected the lowest of them asks the others how far they are:
 * if all wait for their first recovery, none can have a leader that matters, and it calls the
 * election. C nodes answer the question and take part like any other.
 */
export class FirstElection {
  readonly #ports: FirstElectionPorts;
  #timer: Timer | undefined;
  #questions = 0;
  #asking = false;
  #stopped = false;

  constructor(ports: FirstElectionPorts) {
    this.#ports = ports;
  }

  /** A node connected, or this one begins: asks if everybody is here and nobody leads. */
  consider(): void {
    if (this.#asking || this.#stopped || !this.#isMine()) return;
    this.#asking = true;
    this.#questions = 0;
    this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #isMine(): boolean {
    const { local, client, isNeeded } = this.#ports;
    const connected = local.nodes.connected();
    return isNeeded() && connected.length === local.nodes.notDeleted().length &&
      Math.min(...connected) === client.pnn;
  }

  async #ask(): Promise<void> {
    const answer = await this.#everybodyWaits();
    const mine = !this.#stopped && this.#isMine();
    if (mine && answer === "not yet") {
      this.#timer = this.#ports.clock.setTimer(ASK_INTERVAL_MS, () => this.#ask());
      return;
    }
    this.#asking = false;
    if (mine && answer === "yes") this.#ports.elect("all nodes wait for their first recovery");
  }

  async #everybodyWaits(): Promise<"yes" | "not yet" | "no"> {
    const { local, client } = this.#ports;
    if (++this.#questions > MAX_QUESTIONS) return "no";
    try {
      const states = await Promise.all(
        local.nodes.connected().map((pnn) => client.control(pnn, "GET_RUNSTATE", undefined)),
      );
      if (states.some((state) => state > RunState.FIRST_RECOVERY)) return "no";
      return states.every((state) => state === RunState.FIRST_RECOVERY) ? "yes" : "not yet";
    } catch {
      // A node went away again, or does not answer: the usual way, then.
      return "no";
    }
  }
}
