import type { Machine } from "./machine.ts";
import type { Scene } from "./scene.ts";

const LOOK_EVERY_MS = 500;
/** Two leaders that hear each other must notice well before this. */
const LONGEST_TWO_LEADERS_MS = 8000;

/** With a cluster lock there is one leader among nodes that can talk to each other. */
export class LeaderWatch {
  readonly #scene: Scene;
  readonly #machines: readonly Machine[];
  readonly #since = new Map<string, number>();
  #next_ms = 0;
  checks = 0;

  constructor(scene: Scene, machines: readonly Machine[]) {
    this.#scene = scene;
    this.#machines = machines;
  }

  afterStep(): void {
    const now_ms = this.#scene.time.now();
    if (now_ms < this.#next_ms) return;
    this.#next_ms = now_ms + LOOK_EVERY_MS;
    const leaders = this.#machines.flatMap((machine) => {
      const { daemon, pnn } = machine;
      if (daemon === undefined || daemon.process.paused) return [];
      const { leadership, state } = daemon.node;
      const leads = leadership.isLeader && !leadership.electionInProgress;
      return leads ? [{ pnn, nodes: state.nodes }] : [];
    });
    const seen = new Set<string>();
    this.checks++;
    for (const a of leaders) {
      for (const b of leaders) {
        const together = a.pnn < b.pnn && !this.#scene.network.isCut(a.pnn, b.pnn) &&
          a.nodes.isConnected(b.pnn) && b.nodes.isConnected(a.pnn);
        if (!together) continue;
        const pair = `${a.pnn} and ${b.pnn}`;
        seen.add(pair);
        const since_ms = this.#since.get(pair) ?? now_ms;
        this.#since.set(pair, since_ms);
        if (now_ms - since_ms <= LONGEST_TWO_LEADERS_MS) continue;
        this.#scene.fail(`nodes ${pair} are connected, and both lead`);
      }
    }
    for (const pair of this.#since.keys()) if (!seen.has(pair)) this.#since.delete(pair);
  }
}
