import { type Procedure, rethrowFinal } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import { INVALID_GENERATION } from "../wire/mod.ts";
import type { LinkCounts } from "./link-counts.ts";
import type { NodeState } from "./node-state.ts";

/**
 * Remembers over which links packets may have been lost, because a record or a call that was on its
 * way is gone with them.
 *
 * Normally the leader sees a dead node and recovers, which sends everything again. But when only the
 * link between two nodes breaks and the leader still sees both, nobody recovers: calls would wait
 * for ever, and a record whose new owner never heard of it would be nobody's. So when such a link is
 * back in the generation in which it was broken, a recovery has to be asked for; not when it comes up
 * for the first time and nothing was sent before, nor when the peer has started anew, nor when both
 * ends have counted what went over the link and nothing is missing.
 */
export class BrokenLinks {
  readonly #state: NodeState;
  readonly #counts: Pick<LinkCounts, "ask" | "isWhole">;
  /** The generation in which the link to a node broke last. */
  readonly #brokenIn = new Map<number, number>();
  /** The generation in which a packet for a node had no link to go over. */
  readonly #lostIn = new Map<number, number>();

  constructor(state: NodeState, counts: Pick<LinkCounts, "ask" | "isWhole">) {
    this.#state = state;
    this.#counts = counts;
  }

  broken(pnn: number): void {
    this.#brokenIn.set(pnn, this.#state.generation);
  }

  /** A packet about a record found no link to a node: it is gone. */
  lost(pnn: number): void {
    this.#lostIn.set(pnn, this.#state.generation);
  }

  /** The link is up: why a recovery is needed, if it is. */
  *mended(pnn: number, client: NodeClient): Procedure<string | undefined> {
    const { generation } = this.#state;
    const lost = this.#lostIn.get(pnn) === generation;
    const broken = this.#brokenIn.get(pnn) === generation;
    this.#brokenIn.delete(pnn);
    this.#lostIn.delete(pnn);
    this.#counts.ask(pnn);
    if (generation === INVALID_GENERATION) return undefined;
    if (lost) return `packets for node ${pnn} found no link to it`;
    if (!broken || !(yield* this.#isOfGeneration(pnn, client, generation))) return undefined;
    // The answer to what was asked above has come before that to the control.
    if (this.#counts.isWhole(pnn)) return undefined;
    return `the link to node ${pnn} was broken, packets may be lost`;
  }

  /** A peer that has started anew is of no generation yet; the leader sees it and recovers. */
  *#isOfGeneration(pnn: number, client: NodeClient, generation: number): Procedure<boolean> {
    try {
      const map = yield* client.control(pnn, "GETVNNMAP", undefined);
      return map.generation === generation && this.#state.generation === generation;
    } catch (error) {
      rethrowFinal(error);
      // Gone again: then this is asked again when it is back.
      if (!this.#state.nodes.isConnected(pnn)) return false;
      return this.#state.generation === generation;
    }
  }
}
