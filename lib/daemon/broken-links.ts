import { INVALID_GENERATION } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";

/**
 * Remembers which links broke, because a record or a call that was on its way over one is lost.
 *
 * Normally the leader sees a dead node and recovers, which sends everything again. But when only the
 * link between two nodes breaks and the leader still sees both, nobody recovers: calls would wait
 * for ever, and a record whose new owner never heard of it would be nobody's. So when such a link is
 * back in the generation in which it was broken, a recovery has to be asked for.
 */
export class BrokenLinks {
  readonly #state: NodeState;
  /** The generation in which the link to a node broke last. */
  readonly #brokenIn = new Map<number, number>();

  constructor(state: NodeState) {
    this.#state = state;
  }

  broken(pnn: number): void {
    this.#brokenIn.set(pnn, this.#state.generation);
  }

  /** The link is up: whether packets of this generation may have been lost while it was not. */
  mended(pnn: number): boolean {
    const { generation, vnnmap } = this.#state;
    const brokeNow = this.#brokenIn.get(pnn) === generation;
    this.#brokenIn.delete(pnn);
    return generation !== INVALID_GENERATION && (brokeNow || vnnmap.includes(pnn));
  }
}
