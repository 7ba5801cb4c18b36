import assert from "node:assert/strict";
import type { NodeClient } from "../../../lib/client/mod.ts";
import { LinkCounts } from "../../../lib/daemon/link-counts.ts";
import { NodeState } from "../../../lib/daemon/node-state.ts";
import { NodeMap } from "../../../lib/membership/mod.ts";

type Handler = (data: Uint8Array) => void;

const ADDRESSES = ["127.0.0.1", "127.0.0.2"];

/** Two ends of a link, whose messages are handed on by `carry`. */
class Ends {
  readonly states: readonly NodeState[];
  readonly counts: readonly LinkCounts[];
  readonly #handlers: Handler[] = [];
  /** Messages under way: to whom and what. */
  readonly #messages: [number, Uint8Array][] = [];

  constructor() {
    this.states = ADDRESSES.map((address) => {
      const entries = ADDRESSES.map((address, pnn) => ({ pnn, address, deleted: false }));
      const nodes = new NodeMap(entries);
      const state = new NodeState({ nodes, tunable: () => 0, capabilities: 0, startTime_us: 0n });
      nodes.identify(address);
      return state;
    });
    this.counts = this.states.map((state, pnn) => {
      const counts = new LinkCounts(state);
      counts.start(this.#client(pnn));
      return counts;
    });
  }

  #client(pnn: number): NodeClient {
    return {
      borrow: (_srvid: bigint, handler: Handler) => {
        this.#handlers[pnn] = handler;
        return () => {};
      },
      message: (to: number, _srvid: bigint, data: Uint8Array) => this.#messages.push([to, data]),
    } as unknown as NodeClient;
  }

  carry(): void {
    for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
      this.#handlers[next[0]]!(next[1]);
    }
  }

  lose(): void {
    this.#messages.length = 0;
  }

  hand(to: number, data: Uint8Array): void {
    this.#handlers[to]!(data);
  }

  /** Node 0 has sent packets, of which some have arrived. */
  traffic(sent: number, arrived: number): void {
    for (let i = 0; i < sent; i++) this.counts[0]!.sent(1);
    for (let i = 0; i < arrived; i++) this.counts[1]!.received(0);
  }

  ask(): boolean {
    this.counts[0]!.ask(1);
    this.carry();
    return this.counts[0]!.isWhole(1);
  }
}

Deno.test("nothing is lost while what was sent and what arrived differ by the same", () => {
  const ends = new Ends();
  // Sent to a node that was there before, and has counted since.
  ends.traffic(5, 70);
  assert.equal(ends.ask(), true);
  ends.traffic(1000, 1000);
  assert.equal(ends.ask(), true);
});

Deno.test("one packet that is missing shows, until a recovery has made it good", () => {
  const ends = new Ends();
  assert.equal(ends.ask(), true);
  ends.traffic(10, 9);
  assert.equal(ends.ask(), false);
  // It is still missing, however often the link is mended.
  assert.equal(ends.ask(), false);
  ends.states[0]!.adoptMap(4711, [0, 1]);
  assert.equal(ends.ask(), true);
});

Deno.test("a question without an answer says nothing", () => {
  const ends = new Ends();
  ends.counts[0]!.ask(1);
  ends.lose();
  assert.equal(ends.counts[0]!.isWhole(1), false);
  // What the first would have been compared with is not known either.
  assert.equal(ends.ask(), false);
});

Deno.test("messages that are none are passed over", () => {
  const ends = new Ends();
  assert.equal(ends.ask(), true);
  for (const length of [0, 1, 19, 21, 4096]) ends.hand(0, new Uint8Array(length));
  const stranger = new Uint8Array(Uint32Array.of(0, 4000, 1, 1, 0).buffer);
  ends.hand(0, stranger);
  ends.hand(1, new Uint8Array(Uint32Array.of(4000, 1, 1, 1, 0).buffer));
  assert.equal(ends.counts[0]!.isWhole(1), true);
});
