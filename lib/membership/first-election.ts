import { FIRST_ELECTION_LIMIT_MS } from "../limits/mod.ts";
import { RunState } from "../wire/mod.ts";
import { type RunstateVerdict, RunstateWatch, type RunstateWatchPorts } from "./runstate-watch.ts";

/** What {@link FirstElection} stands on. */
interface Ports extends RunstateWatchPorts {
  /** Nobody is known to lead, and nobody is being elected. */
  readonly isNeeded: () => boolean;
  readonly elect: (reason: string) => void;
}

/**
 * When all nodes of a cluster are started together nobody leads, and to listen for a leader is a
 * waste of a second. So when all are connected the lowest of them asks the others how far they are:
 * if all wait for their first recovery, none can have a leader that matters, and it calls the
 * election. C nodes take part in it like in any other.
 */
export class FirstElection {
  readonly #ports: Ports;
  readonly #watch: RunstateWatch;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#watch = new RunstateWatch(ports);
  }

  /** A node connected, or this one begins: asks if everybody is here and nobody leads. */
  consider(): void {
    if (!this.#isMine()) return;
    this.#watch.watch(
      FIRST_ELECTION_LIMIT_MS,
      (states) => this.#isMine() ? judge(states) : "no",
      () => this.#ports.elect("all nodes wait for their first recovery"),
    );
  }

  stop(): void {
    this.#watch.stop();
  }

  #isMine(): boolean {
    const { local, client, isNeeded } = this.#ports;
    const connected = local.nodes.connected();
    return isNeeded() && connected.length === local.nodes.notDeleted().length &&
      Math.min(...connected) === client.pnn;
  }
}

function judge(states: readonly number[]): RunstateVerdict {
  if (states.some((state) => state > RunState.FIRST_RECOVERY)) return "no";
  return states.every((state) => state === RunState.FIRST_RECOVERY) ? "yes" : "not yet";
}
